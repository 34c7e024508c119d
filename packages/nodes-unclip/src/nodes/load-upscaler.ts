import { defineNode } from '../define-node.js';

export const loadUpscaler = defineNode({
  type: 'LoadUpscaler',
  version: 1,
  title: 'Load Upscaler',
  description: 'Opens an upscale model: ESRGAN, Real-ESRGAN or one trained from them.',
  keywords: ['esrgan', 'upscale model', 'real-esrgan'],
  category: 'model',
  inputs: {},
  outputs: { upscaler: { type: 'upscaler', help: 'The upscale model.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'upscaler',
      default: '',
      help: 'The name of an upscaler in models/upscale_models, such as RealESRGAN_x4plus.',
    },
  },
  async evaluate({ params }, { services }) {
    return { upscaler: await services.checkpoints.openModel('upscaler', params.file) };
  },
});
