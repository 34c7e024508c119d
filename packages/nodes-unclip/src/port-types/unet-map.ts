import type { MapKind } from '../models/map-channels.js';
import type { Tensor } from '../tensor/tensor.js';
import { definePortType } from './port-type.js';
import { ArrayList, fieldsOf, StoredFormError } from './stored-arrays.js';
import { addTensor, tensorAt } from './stored-tensors.js';

/** Additional input of a specialized UNet besides the latent image, cell by cell. */
export interface UnetMap {
  readonly kind: MapKind;
  /** float32 [n, c, h, w] */
  readonly known: Tensor;
  /** Further channels that the sampler adds after its first noise: those of the masked image. */
  readonly drawn: DrawnChannels | null;
  /** The class passed to the UNet; none when `null`. */
  readonly level: number | null;
}

export interface DrawnChannels {
  /** float32 [n, c, h, w] each. */
  readonly mean: Tensor;
  readonly std: Tensor;
  readonly scalingFactor: number;
}

const KINDS: readonly MapKind[] = ['inpaint', 'depth', 'low-resolution image'];

export const unetMapPort = definePortType({
  name: 'unet-map',
  codec: {
    version: 1,
    encode(value: UnetMap) {
      const { kind, known, drawn, level } = value;
      fieldsOf(value, 'kind', 'known', 'drawn', 'level');
      const list = new ArrayList();
      const stored = drawn && {
        ...{ mean: addTensor(list, drawn.mean), std: addTensor(list, drawn.std) },
        scalingFactor: drawn.scalingFactor,
      };
      return { fields: { kind, known: addTensor(list, known), drawn: stored, level }, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      const { kind: named, known, drawn, level } = fieldsOf(fields, 'kind', 'known', 'drawn', 'level');
      const kind = KINDS.find((one) => one === named);
      if (kind === undefined || (level !== null && typeof level !== 'number')) throw new StoredFormError('no map');
      if (drawn === null) return { kind, known: tensorAt(arrays, known), drawn, level };
      const { mean, std, scalingFactor } = fieldsOf(drawn, 'mean', 'std', 'scalingFactor');
      if (typeof scalingFactor !== 'number') throw new StoredFormError('expected a scaling factor');
      const channels = { mean: tensorAt(arrays, mean), std: tensorAt(arrays, std), scalingFactor };
      return { kind, known: tensorAt(arrays, known), drawn: channels, level };
    },
  },
  looks: { colour: '#5aa7a0', shape: 'circle' },
  describe: 'The additional input of an inpainting, depth or upscaling model besides the latent image.',
});
