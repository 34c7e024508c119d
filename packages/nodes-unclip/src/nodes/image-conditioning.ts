import { defineNode } from '../define-node.js';
import { zerosLike } from '../sampling/guides.js';
import { tensor } from '../tensor/tensor.js';

export const imageConditioning = defineNode({
  type: 'ImageConditioning',
  version: 1,
  title: 'Image Conditioning: an image in the place of a prompt',
  description:
    'Guides a checkpoint for image variations by an image instead of text, such as lambdalabs/sd-image-variations-diffusers.',
  keywords: ['image variations', 'lambda', 'reference image', 'clip vision'],
  category: 'conditioning',
  inputs: { embed: { type: 'embed', help: 'CLIP embeddings of images, from the checkpoint’s own image encoder.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'One token per image, and zeros as the negative prompt.' } },
  params: {},
  models: ({ inputs: { embed } }) => ({ uses: [], extent: { rows: embed.rows, tokens: 1 } }),
  async evaluate({ inputs: { embed } }) {
    const [n = 0, d = 0] = embed.rows.dims;
    const positive = tensor([n, 1, d], embed.rows.data);
    return { conditioning: { positive, negative: zerosLike(positive) } };
  },
});
