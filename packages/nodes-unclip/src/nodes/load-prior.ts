import { CHECKPOINT_PARAM } from '../checkpoints/bundled-checkpoint.js';
import { defineNode } from '../define-node.js';

export const loadPrior = defineNode({
  type: 'LoadPrior',
  version: 1,
  title: 'Load Prior',
  description: 'Opens a Karlo prior, which generates a CLIP image embedding from a prompt.',
  keywords: ['karlo', 'unclip prior', 'checkpoint'],
  category: 'model',
  inputs: {},
  outputs: { prior: { type: 'prior', help: 'Turns prompts into CLIP image embeddings.' } },
  params: {
    checkpoint: {
      ...CHECKPOINT_PARAM,
      help: 'The name of an installed checkpoint that holds a prior, such as kakaobrain/karlo-v1-alpha.',
    },
  },
  async evaluate({ params }, { services }) {
    return { prior: { checkpoint: await services.checkpoints.openPrior(params.checkpoint) } };
  },
});
