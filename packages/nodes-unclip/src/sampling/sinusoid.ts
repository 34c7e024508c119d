import { type Tensor, tensor } from '../tensor/tensor.js';

const { fround } = Math;
const MAX_PERIOD = 10000;

/**
 * The sinusoidal embedding of timesteps or noise levels, cosines first.
 *
 * @param timesteps may be fractional
 * @param width d; an odd one gets a zero at the end
 * @returns float32 [n, d]
 * @see diffusers 0.42.1, models/embeddings.py, get_timestep_embedding(flip_sin_to_cos=True, downscale_freq_shift=0)
 */
export function sinusoid(timesteps: readonly number[], width: number): Tensor {
  const half = Math.floor(width / 2);
  const rows = new Float32Array(timesteps.length * width);
  const frequencies = Float32Array.from({ length: half }, (_, j) =>
    Math.exp(fround(fround(fround(-Math.log(MAX_PERIOD)) * j) / half)),
  );
  timesteps.forEach((timestep, row) => {
    frequencies.forEach((frequency, j) => {
      const angle = fround(fround(timestep) * frequency);
      rows[row * width + j] = Math.cos(angle);
      rows[row * width + half + j] = Math.sin(angle);
    });
  });
  return tensor([timesteps.length, width], rows);
}
