// What the author of a plug-in needs; the npm package hands it out as `unclip-studio/nodes`.
import { createDefineNode, type EvaluableNode, type NodeMessages, type NodeMigration } from '@unclip-studio/graph-core';
import type { PluginPortTypes, PluginServices } from './plugin-services.js';
import type { PortType } from './port-types/port-type.js';

export type {
  EvaluateContext,
  NodeDefinition,
  NodeMessages,
  NodeMigration,
  Param,
  PortTypeDefinition,
} from '@unclip-studio/graph-core';
export type { RgbImage } from './image/rgb-image.js';
export type { BulkOperations, PluginAnswer, PluginPortTypes, PluginServices } from './plugin-services.js';
export type { Embed } from './port-types/embed.js';
export type { Latent } from './port-types/latent.js';
export type { Mask } from './port-types/mask.js';
export type { PortCodec, PortType } from './port-types/port-type.js';
export type { StoredArray, StoredValue } from './port-types/stored-arrays.js';
export type { Tensor } from './tensor/tensor.js';

/** A node of a plug-in. */
export type PluginNode = EvaluableNode<PluginServices>;

/** What the entry of a plug-in exports. */
export interface Plugin {
  readonly nodes: readonly PluginNode[];
  readonly portTypes?: readonly PortType[];
  /** What became of nodes in newer versions of the package, so that workflows made with older ones open and run. */
  readonly migrations?: readonly NodeMigration[];
  /** Example workflows by name, which are listed among the templates. Nodes of the plug-in are named `PACKAGE/Type` there. */
  readonly workflows?: Readonly<Record<string, object>>;
  /** Language, such as `de` -> texts by key, such as `Type.title` and `Type.param.help`. */
  readonly messages?: Readonly<Record<string, NodeMessages>>;
}

/** Declares a node on images, masks, latents and embeddings. */
export const defineNode = createDefineNode<PluginPortTypes, PluginServices>();

/** Makes a `defineNode` that knows the port types of the plug-in as well: `Own` says the values by the type's name. */
export function defineNodeWith<Own>() {
  return createDefineNode<PluginPortTypes & Own, PluginServices>();
}

/** Declares a port type; the type of its values follows from its codec. */
export function definePortType<const Name extends string, Value>(type: PortType<Name, Value>): PortType<Name, Value> {
  return type;
}
