import type { Workflow } from '@unclip-studio/graph-core';

// Each asks for a model of its own; two of one type may take turns with others, and would load it twice.
const MODEL_NODES = ['CLIPImageEmbed', 'TextEncode', 'ImagePrior', 'UNetSample', 'VAEEncode', 'VAEDecode'];
// They stand for several nodes.
const STRUCTURE = /^(?:Sweep|LoadImages|subgraph:.*)$/;

/** Whether a run asks for each model in one stretch, so that none is needed again once the next was loaded. */
export function isOneShot({ nodes }: Workflow): boolean {
  const types = Object.values(nodes).map(({ type }) => type);
  const isPlain = types.every((type) => !STRUCTURE.test(type));
  return isPlain && MODEL_NODES.every((type) => types.filter((other) => other === type).length <= 1);
}
