import { type Catalog, createCatalog } from '@unclip-studio/graph-core';
import { type UnclipNode, unclipNodes } from '@unclip-studio/nodes-unclip';
import { devNodes } from './dev-nodes.js';

export interface CatalogOptions {
  readonly devNodes?: boolean;
  /** Nodes of plug-ins; see `loadPlugins`. */
  readonly pluginNodes?: readonly UnclipNode[];
}

/** The nodes there are: the same wherever workflows are checked, and in the worker, which runs them. */
export function loadCatalog({
  devNodes: hasDevNodes = false,
  pluginNodes = [],
}: CatalogOptions = {}): Catalog<UnclipNode> {
  return createCatalog([...unclipNodes, ...(hasDevNodes ? devNodes : []), ...pluginNodes]);
}
