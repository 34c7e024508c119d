import { type Catalog, createCatalog, type NodePackage } from '@unclip-studio/graph-core';
import { type UnclipNode, unclipNodes } from '@unclip-studio/nodes-unclip';
import { devNodes } from './dev-nodes.js';

export interface CatalogOptions {
  readonly devNodes?: boolean;
  /** Nodes of plug-ins; see `loadPlugins`. */
  readonly pluginNodes?: readonly UnclipNode[];
  readonly packages?: readonly NodePackage[];
}

/** The nodes there are: the same wherever workflows are checked, and in the worker, which runs them. */
export function loadCatalog({
  devNodes: hasDevNodes = false,
  pluginNodes = [],
  packages = [],
}: CatalogOptions = {}): Catalog<UnclipNode> {
  return createCatalog([...unclipNodes, ...(hasDevNodes ? devNodes : []), ...pluginNodes], packages);
}
