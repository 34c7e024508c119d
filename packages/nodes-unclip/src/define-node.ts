import { createDefineNode, type EvaluableNode } from '@unclip-studio/graph-core';
import type { ModelRequest } from './models/inference.js';
import type { PortTypes } from './port-types/port-types.js';
import type { UnclipServices } from './services.js';

/** Port types whose values cost nothing to make: a node that has no other outputs can be evaluated before a run. */
const MODEL_PORTS = ['unet', 'vae', 'text-model', 'vision-model', 'prior'] as const;

export function isModelPort({ type }: { readonly type: string }): boolean {
  return (MODEL_PORTS as readonly string[]).includes(type);
}

export type UnclipNode = EvaluableNode<UnclipServices, ModelRequest>;

export const defineNode = createDefineNode<PortTypes, UnclipServices, (typeof MODEL_PORTS)[number], ModelRequest>();
