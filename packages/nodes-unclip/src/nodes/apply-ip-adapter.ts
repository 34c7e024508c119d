import { defineNode } from '../define-node.js';
import { END_BEFORE_START, emptySpanWords, spanOf } from './shared-params.js';

const share = (help: string, fallback: number) =>
  ({ kind: 'number', default: fallback, min: 0, max: 1, step: 0.05, help }) as const;

export const applyIpAdapter = defineNode({
  type: 'ApplyIPAdapter',
  version: 1,
  title: 'Apply IP-Adapter',
  description:
    'Lets images lead a model beside its prompt, as IP-Adapter does. Several are applied one after the other.',
  keywords: ['ip-adapter', 'ipadapter', 'image prompt', 'reference image', 'style'],
  category: 'model',
  inputs: {
    unet: { type: 'unet', help: 'A Stable Diffusion 1.5, or what was trained from it.' },
    imagePrompt: { type: 'image-prompt', help: 'The images, from IP-Adapter Encode.' },
  },
  outputs: { unet: { type: 'unet', help: 'The model that the images lead.' } },
  params: {
    scale: {
      kind: 'number',
      default: 1,
      min: -1,
      max: 5,
      step: 0.05,
      help: 'How hard the images pull. 0: not at all; 0.5 leaves room for the prompt.',
    },
    start: share('The share of the steps after which the images begin to lead.', 0),
    end: share('The share of the steps after which they lead no more.', 1),
  },
  conflicts: [END_BEFORE_START],
  async evaluate({ inputs: { unet, imagePrompt }, params: { scale, ...params } }, { services }) {
    const span = spanOf('Apply IP-Adapter', params);
    // A forecast evaluates this before there is an image prompt, so nothing of it is looked at here.
    if (scale === 0) return { unet };
    const idle = emptySpanWords('Apply IP-Adapter', span, 'the images lead');
    if (idle !== undefined) {
      services.inference.notice?.(idle);
      return { unet };
    }
    return { unet: unet.withImagePrompt({ imagePrompt, scale, span }) };
  },
});
