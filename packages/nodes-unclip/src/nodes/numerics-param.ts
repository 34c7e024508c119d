import type { Param } from '@unclip-studio/graph-core';

/** Of nodes that compute something in two ways. */
export const NUMERICS_PARAM = {
  kind: 'choice',
  default: 'diffusers',
  options: ['diffusers', 'comfyui'],
  added: true,
} as const satisfies Omit<Extract<Param, { kind: 'choice' }>, 'help'>;
