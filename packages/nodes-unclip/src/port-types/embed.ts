import type { EmbedSpace } from '../models/model.js';
import type { Tensor } from '../tensor/tensor.js';
import { definePortType } from './port-type.js';
import { boundCodec } from './stored-tensors.js';

/** CLIP embeddings of images: float32 [n, d], one row an image, not normalised to length 1. */
export interface Embed {
  readonly rows: Tensor;
  /** Its statistics and noise schedule apply. */
  readonly space: EmbedSpace;
}

export const embedPort = definePortType({
  name: 'embed',
  codec: boundCodec<Embed>('rows', 1),
  looks: { colour: '#b06fe0', shape: 'diamond' },
  describe: 'CLIP embeddings of images, one row each.',
});
