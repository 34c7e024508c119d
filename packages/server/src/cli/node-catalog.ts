import type { Catalog } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';

/** The nodes there are. They are loaded only here, since not every command needs them. */
export async function loadCatalog(): Promise<Catalog<UnclipNode>> {
  const { loadServerCatalog } = await import('../worker/node-catalog.js');
  return loadServerCatalog({ devNodes: false });
}
