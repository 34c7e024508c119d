import { defineNode } from '../define-node.js';
import { rotateLatent } from '../sampling/transform-latent.js';

const QUARTERS = { 'not at all': 0, '90 degrees': 1, '180 degrees': 2, '270 degrees': 3 } as const;

export const latentRotate = defineNode({
  type: 'LatentRotate',
  version: 1,
  title: 'Rotate Latent',
  description: 'Rotates a latent image clockwise.',
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: { latent: { type: 'latent', help: 'The latent image.' } },
  outputs: { latent: { type: 'latent', help: 'The rotated latent image.' } },
  params: {
    rotation: {
      kind: 'choice',
      default: '90 degrees',
      options: ['not at all', '90 degrees', '180 degrees', '270 degrees'],
      help: 'The angle, clockwise.',
    },
  },
  models({ inputs: { latent }, params: { rotation } }) {
    const { sizePx } = latent;
    const turned = sizePx && QUARTERS[rotation] % 2 === 1 ? { width: sizePx.height, height: sizePx.width } : sizePx;
    return { uses: [], extent: { ...latent, ...(turned && { sizePx: turned }) } };
  },
  async evaluate({ inputs: { latent }, params: { rotation } }) {
    return { latent: { ...latent, samples: rotateLatent(latent.samples, QUARTERS[rotation]) } };
  },
});
