import type { Tensor } from '../tensor/tensor.js';
import { definePortType } from './port-type.js';
import { ArrayList, fieldsOf, StoredFormError, wholeNumber } from './stored-arrays.js';
import { addTensor, tensorAt } from './stored-tensors.js';

/** float32 [n, c, h, w], times the VAE's scaling factor. */
export interface Latent {
  readonly samples: Tensor;
  /** Whose latents they are; taken for the reader's own when left out. */
  readonly space?: LatentSpace;
}

/** What distinguishes the latents of one VAE from those of another. */
export interface LatentSpace {
  /** Pixels that one cell spans, in both directions. */
  readonly pixelsPerLatent: number;
  readonly scalingFactor: number;
}

export const latentPort = definePortType({
  name: 'latent',
  codec: {
    version: 2,
    encode(value: Latent) {
      const { samples, space = null } = value;
      fieldsOf({ space, ...value }, 'samples', 'space');
      const list = new ArrayList();
      const stored = space && fieldsOf(space, 'pixelsPerLatent', 'scalingFactor');
      return { fields: { samples: addTensor(list, samples), space: stored }, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      const { samples, space } = fieldsOf(fields, 'samples', 'space');
      if (space === null) return { samples: tensorAt(arrays, samples) };
      const { pixelsPerLatent, scalingFactor } = fieldsOf(space, 'pixelsPerLatent', 'scalingFactor');
      if (typeof scalingFactor !== 'number') throw new StoredFormError('expected a scaling factor');
      return {
        samples: tensorAt(arrays, samples),
        space: { pixelsPerLatent: wholeNumber(pixelsPerLatent), scalingFactor },
      };
    },
  },
  looks: { colour: '#e0568a', shape: 'circle' },
  describe: 'Latent images of one VAE.',
});
