const { exp, fround, log, sqrt } = Math;

// Of all Stable Diffusion 1 and 2, and of nothing else: ComfyUI reads no scheduler config.
const STEPS = 1000;
const BETA_START = 0.00085;
const BETA_END = 0.012;

/** The noise levels that a model was trained with, by timestep: sigma = sqrt((1 - abar) / abar), rising. */
export interface DiscreteSigmas {
  /** float32 [1000] */
  readonly sigmas: Float32Array;
  /** float32 [1000] */
  readonly logSigmas: Float32Array;
}

/** @see ComfyUI 0.3.64, comfy/model_sampling.py, ModelSamplingDiscrete */
function trainedSigmas(): DiscreteSigmas {
  const sigmas = new Float64Array(STEPS);
  const [first, last] = [sqrt(BETA_START), sqrt(BETA_END)];
  let product = 1;
  for (let t = 0; t < STEPS; t++) {
    product *= 1 - (first + (t * (last - first)) / (STEPS - 1)) ** 2;
    sigmas[t] = sqrt((1 - product) / product);
  }
  return { sigmas: Float32Array.from(sigmas), logSigmas: Float32Array.from(sigmas, log) };
}

let trained: DiscreteSigmas | undefined;

/** Those of all Stable Diffusion 1 and 2. */
export function stableDiffusionSigmas(): DiscreteSigmas {
  trained ??= trainedSigmas();
  return trained;
}

/** The timestep whose sigma is nearest, in logarithms; the first one of two. */
export function timestepOfSigma({ logSigmas }: DiscreteSigmas, sigma: number): number {
  const wanted = fround(log(sigma));
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [t, logSigma] of logSigmas.entries()) {
    const distance = Math.abs(fround(wanted - logSigma));
    if (distance < least) [nearest, least] = [t, distance];
  }
  return nearest;
}

/** @param timestep may have a fraction: then logarithms are interpolated */
export function sigmaOfTimestep({ logSigmas }: DiscreteSigmas, timestep: number): number {
  const held = fround(Math.min(Math.max(timestep, 0), logSigmas.length - 1));
  const below = Math.floor(held);
  const share = fround(held - below);
  // Both indices are inside the table.
  const [low, high] = [logSigmas[below] as number, logSigmas[Math.ceil(held)] as number];
  return fround(exp(fround(fround(fround(1 - share) * low) + fround(share * high))));
}

/** @returns the largest of all */
export function maxSigma({ sigmas }: DiscreteSigmas): number {
  return sigmas.at(-1) as number; // The table is not empty.
}

/** @returns the least of all */
export function minSigma({ sigmas }: DiscreteSigmas): number {
  return sigmas[0] as number; // The table is not empty.
}
