import type { EmbedStatistics } from '../noise-augment.js';

const LEVELS = 1000;
const MAX_BETA = 0.999;

let alphasOfAll: Float32Array | undefined;

/**
 * The noise schedule of image embeddings, regardless of the checkpoint: squaredcos_cap_v2.
 *
 * @returns float32 [1000], the products of alphas
 * @see ComfyUI 0.3.64, comfy/ldm/modules/diffusionmodules/util.py, make_beta_schedule
 */
export function embedAlphasCumprod(): Float32Array {
  if (alphasOfAll !== undefined) return alphasOfAll;
  const bar = (t: number) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  let product = 1;
  alphasOfAll = Float32Array.from({ length: LEVELS }, (_, i) => {
    product *= 1 - Math.min(1 - bar((i + 1) / LEVELS) / bar(i / LEVELS), MAX_BETA);
    return product;
  });
  return alphasOfAll;
}

/** Embeddings are taken as they are: the statistics of a checkpoint are not read. */
export function noStatistics(width: number): EmbedStatistics {
  return { mean: new Float32Array(width), std: new Float32Array(width).fill(1) };
}
