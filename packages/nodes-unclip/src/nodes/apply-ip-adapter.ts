import { defineNode } from '../define-node.js';
import { END_BEFORE_START, noticeEmptySpan, spanOf } from './shared-params.js';

const share = (help: string, fallback: number) =>
  ({ kind: 'number', default: fallback, min: 0, max: 1, step: 0.05, help }) as const;

export const applyIpAdapter = defineNode({
  type: 'ApplyIPAdapter',
  version: 1,
  title: 'Apply IP-Adapter',
  description:
    'Guides a model by images in addition to its prompt (IP-Adapter). Chain several nodes to use several adapters.',
  keywords: ['ip-adapter', 'ipadapter', 'image prompt', 'reference image', 'style'],
  category: 'model',
  inputs: {
    unet: { type: 'unet', help: 'A Stable Diffusion 1.5, or a model based on it.' },
    imagePrompt: { type: 'image-prompt', help: 'The images, from IP-Adapter Encode.' },
  },
  outputs: { unet: { type: 'unet', help: 'The model, guided by the images.' } },
  params: {
    scale: {
      kind: 'number',
      default: 1,
      min: -1,
      max: 5,
      step: 0.05,
      help: 'How strongly the images guide. 0: not at all; 0.5 leaves room for the prompt.',
    },
    start: share('When the images start to guide, as a fraction of the steps.', 0),
    end: share('When they stop, as a fraction of the steps.', 1),
  },
  conflicts: [END_BEFORE_START],
  async evaluate({ inputs: { unet, imagePrompt }, params: { scale, ...params } }, { services }) {
    const span = spanOf('Apply IP-Adapter', params);
    // A forecast evaluates this before there is an image prompt, so it must not be read here.
    if (scale === 0) return { unet };
    if (span.from === span.to) {
      noticeEmptySpan(services.inference, span.from, 'ip-adapter');
      return { unet };
    }
    return { unet: unet.withImagePrompt({ imagePrompt, scale, span }) };
  },
});
