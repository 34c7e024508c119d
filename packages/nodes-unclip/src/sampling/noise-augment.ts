import { withReason } from '@unclip-studio/graph-core';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { sinusoid } from './sinusoid.js';

const { fround, sqrt } = Math;

/** The image normaliser of a checkpoint: statistics of the embeddings it was trained on, float32 [d] each. */
export interface EmbedStatistics {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** A noise level that the checkpoint's noise schedule does not hold. */
export class NoiseLevelError extends RangeError {
  override readonly name = 'NoiseLevelError';
}

/**
 * The row of the noise schedule that serves a level. There is one level more than there are rows: the highest one,
 * full noise, takes the last row.
 *
 * @param level 0 (as clean as the model knows it) to `tableSize` (full noise)
 * @throws NoiseLevelError
 */
export function noiseLevelToIndex(level: number, tableSize = 1000): number {
  if (!Number.isInteger(level) || level < 0 || level > tableSize) {
    throw withReason(new NoiseLevelError(`noise level: expected an integer from 0 to ${tableSize}, got ${level}`), {
      code: 'setting-range',
      setting: 'noiseLevel',
      value: level,
      min: 0,
      max: tableSize,
    });
  }
  return Math.min(level, tableSize - 1);
}

/** (e - mean) / std, row by row: embeddings [n, d] with mean 0 and deviation 1. */
export function scaleEmbeds(rows: Tensor, { mean, std }: EmbedStatistics): Tensor {
  return mapColumns(rows, mean, (value, d) => fround(value - (mean[d] as number)) / (std[d] as number));
}

/** z * std + mean: undoes {@link scaleEmbeds}. */
export function unscaleEmbeds(rows: Tensor, { mean, std }: EmbedStatistics): Tensor {
  return mapColumns(rows, mean, (value, d) => fround(value * (std[d] as number)) + (mean[d] as number));
}

/**
 * Mixes scaled embeddings with noise: sqrt(alpha_bar) z + sqrt(1 - alpha_bar) n.
 *
 * @param scaled float32 [n, d], see {@link scaleEmbeds}
 * @param noise as many values, normal
 * @param index a row of `alphasCumprod`; at row 0 some noise is added already
 * @throws NoiseLevelError if the table has no such row
 */
export function noiseEmbeds(
  scaled: Tensor,
  noise: Float32Array,
  { alphasCumprod, index }: { readonly alphasCumprod: Float32Array; readonly index: number },
): Tensor {
  const alphaProd = alphasCumprod[index];
  if (alphaProd === undefined) {
    throw withReason(new NoiseLevelError(`noise level ${index}: outside the table 0..${alphasCumprod.length - 1}`), {
      code: 'setting-range',
      setting: 'noiseLevel',
      value: index,
      min: 0,
      max: alphasCumprod.length - 1,
    });
  }
  if (noise.length !== scaled.data.length) {
    throw new Error(`Internal error: noise of ${noise.length} values for ${scaled.data.length}`);
  }
  const signal = fround(sqrt(alphaProd));
  const spread = fround(sqrt(fround(1 - alphaProd)));
  const noised = scaled.data.map((z, i) => fround(signal * z) + fround(spread * (noise[i] as number)));
  return tensor(scaled.dims, noised);
}

interface AugmentArgs {
  /** float32 [n, d], as the image encoder made them. */
  readonly embeds: Tensor;
  /** n * d normal numbers, drawn before the latents are. */
  readonly noise: Float32Array;
  readonly statistics: EmbedStatistics;
  /** Of the checkpoint's image noising schedule. */
  readonly alphasCumprod: Float32Array;
  /** A row of `alphasCumprod`, see {@link noiseLevelToIndex}. */
  readonly index: number;
}

/**
 * Noises image embeddings and appends the noise level for the UNet: its class labels.
 *
 * @returns float32 [n, 2d]: the noised embedding, then the sinusoid of the level
 * @throws NoiseLevelError if the table has no such row
 * @see diffusers 0.42.1, pipeline_stable_unclip_img2img.py, noise_image_embeddings
 */
export function augmentWithNoise({ embeds, noise, statistics, alphasCumprod, index }: AugmentArgs): Tensor {
  bindDims('image embeddings', embeds, 'n d');
  const noised = noiseEmbeds(scaleEmbeds(embeds, statistics), noise, { alphasCumprod, index });
  const { data } = unscaleEmbeds(noised, statistics);
  // `bindDims` has checked that there are two axes.
  const [n, width] = embeds.dims as readonly [number, number];
  const level = sinusoid([index], width).data;
  const labels = new Float32Array(2 * n * width);
  for (let row = 0; row < n; row++) {
    labels.set(data.subarray(row * width, (row + 1) * width), 2 * row * width);
    labels.set(level, (2 * row + 1) * width);
  }
  return tensor([n, 2 * width], labels);
}

/** Class labels of an image that counts more or less than the model was trained with: all of them times the strength. */
export function strengthen(classLabels: Tensor, strength: number): Tensor {
  if (strength === 1) return classLabels;
  return tensor(
    classLabels.dims,
    classLabels.data.map((value) => value * strength),
  );
}

function mapColumns(rows: Tensor, { length }: Float32Array, map: (value: number, d: number) => number): Tensor {
  bindDims('image embeddings', rows, `n ${length}`);
  return tensor(
    rows.dims,
    rows.data.map((value, i) => map(value, i % length)),
  );
}
