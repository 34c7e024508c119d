import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { augmentWithNoise, type EmbedStatistics } from './noise-augment.js';

interface MergeArgs {
  /** float32 [n, 2d] each, all of one shape; at least one. Each is times its strength already. */
  readonly classLabels: readonly Tensor[];
  /** n * d normal numbers. */
  readonly noise: Float32Array;
  readonly statistics: EmbedStatistics;
  readonly alphasCumprod: Float32Array;
  /** A row of `alphasCumprod`: the noise level that is applied to the sum. */
  readonly index: number;
}

/**
 * Class labels for several images at once: their sum, whose embedding half is noised again and labelled with that level.
 * The levels of the single images leave no trace but the noise in their embeddings.
 *
 * @returns float32 [n, 2d]
 * @see ComfyUI, comfy/model_base.py, unclip_adm, which takes level 50 of 1000
 */
export function mergeConditions({ classLabels, ...schedule }: MergeArgs): Tensor {
  const [first] = classLabels;
  if (first === undefined) throw new Error('Internal error: no conditions to merge');
  bindDims('class labels', first, 'n d');
  // `bindDims` has checked that there are two axes.
  const [n, width] = first.dims as readonly [number, number];
  const d = width / 2;
  const sums = new Float64Array(n * d);
  for (const { data } of classLabels) {
    for (let row = 0; row < n; row++) {
      for (let i = 0; i < d; i++) sums[row * d + i] = (sums[row * d + i] as number) + (data[row * width + i] as number);
    }
  }
  return augmentWithNoise({ embeds: tensor([n, d], Float32Array.from(sums)), ...schedule });
}
