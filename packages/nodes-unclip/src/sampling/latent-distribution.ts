import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

const { fround } = Math;

/** The VAE's view of an image: for each latent value a normal distribution. float32 [n, c, h, w] each. */
export interface LatentDistribution {
  readonly mean: Tensor;
  /** Clamped to -30..20. */
  readonly logVariance: Tensor;
  readonly std: Tensor;
}

/**
 * @param moments float32 [n, 2c, h, w]: means, then logarithms of variances
 * @see diffusers 0.42.1, models/autoencoders/vae.py, DiagonalGaussianDistribution
 */
export function toDistribution(moments: Tensor): LatentDistribution {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('VAE moments', moments, 'n c h w');
  const half = (c / 2) * h * w;
  const dims = [n, c / 2, h, w];
  const pick = (offset: number, map: (value: number) => number) => {
    const data = new Float32Array(n * half);
    for (let row = 0; row < n; row++) {
      const from = 2 * row * half + offset;
      data.set(moments.data.subarray(from, from + half).map(map), row * half);
    }
    return tensor(dims, data);
  };
  const clamped = (value: number) => Math.min(Math.max(value, -30), 20);
  return {
    mean: pick(0, (value) => value),
    logVariance: pick(half, clamped),
    std: pick(half, (value) => Math.exp(fround(0.5 * clamped(value)))),
  };
}

/** mean + std * noise. @param noise as many values as the mean has */
export function sampleDistribution({ mean, std }: LatentDistribution, noise: Float32Array): Tensor {
  const values = mean.data.map((value, i) => value + fround((std.data[i] as number) * (noise[i] as number)));
  return tensor(mean.dims, values);
}
