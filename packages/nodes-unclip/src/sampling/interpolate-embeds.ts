import { concatRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { lerpRows, slerpRows } from './blend-embeds.js';

export interface InterpolateArgs {
  /** float32 [k, d]: the embeddings to interpolate, in order; k at least 2. */
  readonly stops: Tensor;
  /** At least 2. */
  readonly frames: number;
  readonly mode: 'linear' | 'spherical';
  /** The way leads back to the first stop; the last frame is then the one before it, so that no frame comes twice. */
  readonly loops: boolean;
}

/**
 * Equal steps along a way through embeddings. Every stop is met exactly if its place falls on a frame, the first always.
 *
 * @returns float32 [frames, d]
 */
export function interpolateEmbeds({ stops, frames, mode, loops }: InterpolateArgs): Tensor {
  const [k = 0, d = 0] = stops.dims;
  const stop = (index: number) => tensor([1, d], stops.data.slice((index % k) * d, ((index % k) + 1) * d));
  const between = mode === 'linear' ? lerpRows : slerpRows;
  const rows = Array.from({ length: frames }, (_, frame) => {
    // In stops: 2.5 is half way from the third to the fourth.
    const place = loops ? (frame * k) / frames : (frame * (k - 1)) / (frames - 1);
    const from = Math.floor(place);
    return place === from ? stop(from) : between(stop(from), stop(from + 1), place - from);
  });
  return concatRows('interpolated embeddings', rows);
}
