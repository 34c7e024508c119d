import type { EmbedSpace } from '../models/model.js';
import type { Tensor } from '../tensor/tensor.js';
import { definePortType } from './port-type.js';
import { boundCodec } from './stored-tensors.js';

/** What the UNet gets as `class_labels`: float32 [n, 2d], noised embedding, then the level's sinusoid; both times a strength. */
export interface Condition {
  readonly classLabels: Tensor;
  /** Its statistics and noise schedule made them. */
  readonly space: EmbedSpace;
}

export const conditionPort = definePortType({
  name: 'condition',
  codec: boundCodec<Condition>('classLabels', 2),
  looks: { colour: '#e0609c', shape: 'diamond' },
  describe: 'Noised CLIP embeddings of images with their noise level, as the UNet takes them.',
});
