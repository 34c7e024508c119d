import { type Catalog, createCatalog } from '@unclip-studio/graph-core';
import { type UnclipNode, unclipNodes } from '@unclip-studio/nodes-unclip';
import { devNodes } from './dev-nodes.js';

/** The nodes there are: the same wherever workflows are checked, and in the worker, which runs them. */
export function loadCatalog(options: { readonly devNodes: boolean } = { devNodes: false }): Catalog<UnclipNode> {
  return createCatalog(options.devNodes ? [...unclipNodes, ...devNodes] : unclipNodes);
}
