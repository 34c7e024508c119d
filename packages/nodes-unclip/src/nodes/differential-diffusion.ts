import { defineNode } from '../define-node.js';
import { withDifferential } from '../sampling/model-sampling.js';

export const differentialDiffusion = defineNode({
  type: 'DifferentialDiffusion',
  version: 1,
  title: 'Differential Diffusion (soft inpainting)',
  description:
    'Uses a soft mask to control how much each part of an image changes: darker parts are redrawn later. Needs a sampler with a mask and numerics “comfyui”.',
  keywords: ['soft inpaint', 'soft inpainting', 'change map', 'mask gradient'],
  category: 'model',
  inputs: { unet: { type: 'unet', help: 'The model.' } },
  outputs: { unet: { type: 'unet', help: 'The model, which redraws by the gray levels of a mask.' } },
  params: {
    strength: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'Below 1, part of the mask is applied as without this node; 0 is the same as 1, as in ComfyUI.',
    },
  },
  async evaluate({ inputs: { unet }, params: { strength } }) {
    return { unet: withDifferential(unet, strength) };
  },
});
