import { defineNode } from '../define-node.js';
import { withGuidanceRescale } from '../sampling/model-sampling.js';

export const rescaleGuidance = defineNode({
  type: 'RescaleGuidance',
  version: 1,
  title: 'Rescale Guidance (RescaleCFG)',
  description:
    'Takes back the contrast that a high guidance scale adds, for v-prediction models above all. Needs a sampler with numerics “comfyui”.',
  keywords: ['cfg', 'rescale cfg'],
  category: 'model',
  inputs: { unet: { type: 'unet', help: 'The model.' } },
  outputs: { unet: { type: 'unet', help: 'The model whose guidance is rescaled.' } },
  params: {
    rescale: {
      kind: 'number',
      default: 0.7,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'How far the contrast goes back to that without guidance; 0 changes nothing.',
    },
  },
  async evaluate({ inputs: { unet }, params: { rescale } }) {
    return { unet: withGuidanceRescale(unet, rescale) };
  },
});
