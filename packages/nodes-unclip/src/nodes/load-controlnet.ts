import { defineNode } from '../define-node.js';

export const loadControlNet = defineNode({
  type: 'LoadControlNet',
  version: 1,
  title: 'Load ControlNet',
  description:
    'Opens a ControlNet, which guides the image by a control image: edges, depth, a pose or lines, depending on what it was trained for.',
  keywords: ['controlnet', 'control net', 'control model', 'canny', 'depth', 'openpose'],
  category: 'model',
  inputs: {},
  outputs: { controlnet: { type: 'controlnet', help: 'The ControlNet, for Apply ControlNet.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'controlnet',
      default: '',
      help: 'The name of a ControlNet in models/controlnet, for the same Stable Diffusion version as the checkpoint: a file or a diffusers folder.',
    },
  },
  async evaluate({ params }, { services }) {
    return { controlnet: await services.checkpoints.openModel('controlnet', params.file) };
  },
});
