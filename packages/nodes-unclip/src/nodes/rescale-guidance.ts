import { defineNode } from '../define-node.js';
import { withGuidanceRescale } from '../sampling/model-sampling.js';

export const rescaleGuidance = defineNode({
  type: 'RescaleGuidance',
  version: 1,
  title: 'Rescale Guidance (RescaleCFG)',
  description:
    'Reduces the contrast that a high guidance scale (CFG) adds, mainly for v-prediction models. Needs a sampler with numerics “comfyui”.',
  keywords: ['rescale cfg'],
  category: 'model',
  inputs: { unet: { type: 'unet', help: 'The model.' } },
  outputs: { unet: { type: 'unet', help: 'The model with rescaled guidance.' } },
  params: {
    rescale: {
      kind: 'number',
      default: 0.7,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'How much the guided prediction is rescaled to the contrast without guidance; 0 changes nothing.',
    },
  },
  async evaluate({ inputs: { unet }, params: { rescale } }) {
    return { unet: withGuidanceRescale(unet, rescale) };
  },
});
