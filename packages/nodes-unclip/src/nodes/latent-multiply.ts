import { defineNode } from '../define-node.js';
import { tensor } from '../tensor/tensor.js';

export const latentMultiply = defineNode({
  type: 'LatentMultiply',
  version: 1,
  title: 'Multiply Latent',
  description:
    'Multiplies a latent image by a factor, such as a difference before it is added to another latent image.',
  keywords: ['latent multiply', 'latent math', 'scale', 'strength'],
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: { latent: { type: 'latent', help: 'The latent image.' } },
  outputs: { latent: { type: 'latent', help: 'The latent image times the factor.' } },
  params: {
    factor: { kind: 'number', default: 1, min: -10, max: 10, step: 0.01, help: 'The factor; 1 changes nothing.' },
  },
  models: ({ inputs: { latent } }) => ({ uses: [], extent: latent }),
  async evaluate({ inputs: { latent }, params: { factor } }) {
    const { dims, data } = latent.samples;
    return {
      latent: {
        ...latent,
        samples: tensor(
          dims,
          data.map((value) => value * factor),
        ),
      },
    };
  },
});
