import { createCatalog, type EvaluableCatalog } from '@unclip-studio/graph-core';
import type { UnclipServices } from '@unclip-studio/nodes-unclip';

/** The nodes there are. They are loaded only here, since not every command needs them. */
export async function loadCatalog(): Promise<EvaluableCatalog<UnclipServices>> {
  const { unclipNodes } = await import('@unclip-studio/nodes-unclip');
  return createCatalog(unclipNodes);
}
