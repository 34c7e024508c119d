import { defineNode } from '../define-node.js';
import { withSampling } from '../sampling/model-sampling.js';

export const modelSampling = defineNode({
  type: 'ModelSampling',
  version: 1,
  title: 'Model Sampling: prediction type, zero SNR',
  description:
    'Sets what a model predicts if its checkpoint does not say so, or says it wrongly: v-prediction, zero terminal SNR, LCM.',
  keywords: ['v-prediction', 'zero snr', 'zsnr', 'eps', 'model sampling discrete'],
  category: 'model',
  inputs: { unet: { type: 'unet', help: 'The model.' } },
  outputs: { unet: { type: 'unet', help: 'The model with these settings.' } },
  params: {
    predicts: {
      kind: 'choice',
      default: 'epsilon',
      options: ['epsilon', 'v_prediction', 'sample', 'lcm'],
      help: 'What the model was trained to predict: the noise, the velocity, or the image itself. lcm: a latent consistency model; with numerics “diffusers”, choose the scheduler lcm instead.',
    },
    zeroTerminalSnr: {
      kind: 'boolean',
      default: false,
      label: 'zero terminal SNR',
      help: 'For models that were trained down to pure noise, which allows very dark and very bright images.',
    },
  },
  async evaluate({ inputs: { unet }, params: { predicts, zeroTerminalSnr } }) {
    return { unet: withSampling(unet, { predicts, zeroTerminalSnr }) };
  },
});
