import { conditionPort } from './condition.js';
import { conditioningPort } from './conditioning.js';
import { embedPort } from './embed.js';
import { generatorPort } from './generator.js';
import { imagePort } from './image.js';
import { imagePromptPort } from './image-prompt.js';
import { latentPort } from './latent.js';
import { maskPort } from './mask.js';
import {
  controlNetPort,
  ipAdapterPort,
  priorPort,
  textModelPort,
  unetPort,
  upscalerPort,
  vaePort,
  visionModelPort,
} from './models.js';
import type { ModelPortType, PortCodec, PortType } from './port-type.js';
import { unetMapPort } from './unet-map.js';

/** Every port type there is. */
export const unclipPortTypes = [
  imagePort,
  maskPort,
  embedPort,
  conditionPort,
  conditioningPort,
  latentPort,
  unetMapPort,
  imagePromptPort,
  generatorPort,
  visionModelPort,
  textModelPort,
  unetPort,
  ipAdapterPort,
  controlNetPort,
  upscalerPort,
  vaePort,
  priorPort,
] as const;

type UnclipPortType = (typeof unclipPortTypes)[number];

/** Port type name -> the value which travels along a link of that type. */
export type PortTypes = {
  readonly [Type in UnclipPortType as Type['name']]: Type extends PortType<string, infer Value>
    ? Value
    : Type extends ModelPortType<string, infer Value>
      ? Exclude<Value, undefined>
      : never;
};

/** Port types whose values cost nothing to make: a node that has no other outputs can be evaluated before a run. */
export type ModelPort = Extract<UnclipPortType, ModelPortType>['name'];

export function isModelPort({ type }: { readonly type: string }): boolean {
  return unclipPortTypes.some(({ name, codec }) => name === type && typeof codec === 'string');
}

/** Whether a node runs models: it takes some. Nodes that only hand models on do as well, without running them. */
export function takesModels(
  node: { readonly inputs: Readonly<Record<string, { readonly type: string }>> } | undefined,
): boolean {
  return node !== undefined && Object.values(node.inputs).some(isModelPort);
}

/** By port type. A value of a type that is missing here is not kept, and neither is a node that has such an output. */
export const PORT_CODECS: ReadonlyMap<string, PortCodec> = new Map(
  unclipPortTypes.flatMap(({ name, codec }): [string, PortCodec][] =>
    // Each is called only with values of its own port type, which the catalog has checked.
    typeof codec === 'string' ? [] : [[name, codec as unknown as PortCodec]],
  ),
);
