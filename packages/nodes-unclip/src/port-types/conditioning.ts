import type { Tensor } from '../tensor/tensor.js';
import { definePortType } from './port-type.js';
import { tensorsCodec } from './stored-tensors.js';

/** Text states, float32 [n, t, d] each. The negative side is used only while guidance is on. */
export interface Conditioning {
  readonly positive: Tensor;
  readonly negative: Tensor;
}

export const conditioningPort = definePortType({
  name: 'conditioning',
  codec: tensorsCodec<Conditioning>('positive', 'negative'),
  looks: { colour: '#e8913a', shape: 'diamond' },
  describe: 'An encoded prompt and negative prompt.',
});
