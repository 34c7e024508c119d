import { createDefineNode, type EvaluableNode, type Extent } from '@unclip-studio/graph-core';
import type { ModelRequest } from './models/inference.js';
import { type ModelPort, type PortTypes, unclipPortTypes } from './port-types/index.js';
import type { UnclipServices } from './services.js';

export type UnclipNode = EvaluableNode<UnclipServices, ModelRequest>;

export const defineNode = createDefineNode<PortTypes, UnclipServices, ModelPort, ModelRequest>(unclipPortTypes);

/** What a node that runs no model outputs: as much as comes in, in another size. @param sizePx left out if it is not known */
export function inSize(
  { sizePx: _, ...extent }: Extent,
  sizePx: Extent['sizePx'] | undefined,
): { readonly uses: readonly []; readonly extent: Extent } {
  return { uses: [], extent: { ...extent, ...(sizePx && { sizePx }) } };
}
