import { type Catalog, createCatalog } from '@unclip-studio/graph-core';
import { type UnclipNode, unclipNodes } from '@unclip-studio/nodes-unclip';
import { devNodes } from './dev-nodes.js';

/** The nodes there are: the same in the server, which checks workflows, and in the worker, which runs them. */
export function loadServerCatalog(options: { readonly devNodes: boolean }): Catalog<UnclipNode> {
  return createCatalog(options.devNodes ? [...unclipNodes, ...devNodes] : unclipNodes);
}
