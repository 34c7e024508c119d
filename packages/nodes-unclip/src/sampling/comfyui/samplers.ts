import { deisSampler } from './deis.js';
import { ancestralStep, combine, eulerStep, geometricMiddle, type Sampler, slope, stepwise } from './sampler-run.js';
import { uniPcSampler } from './uni-pc.js';

const { exp, expm1, fround, log, sqrt } = Math;

/** What a sampler needs besides its steps. */
export interface SamplerTraits {
  readonly sampler: Sampler;
  /** Where the noise of its steps comes from; it draws none when left out. */
  readonly noise?: 'generator' | 'brownian-tree';
  /** It asks the UNet twice in each step but the one to 0. */
  readonly callsTwice?: true;
  /** It plans one step more than requested, and leaves out the last sigma above 0. */
  readonly dropsLastSigma?: true;
  /** With a mask, the area that stays gets its own noise, from the next seed. */
  readonly ownMaskNoise?: true;
}

const euler = stepwise((step) => eulerStep(step, step.next));

const eulerAncestral = stepwise((step, { noise }) => {
  const { down, up } = ancestralStep(step.sigma, step.next);
  if (down === 0) return step.denoised;
  return combine([1, eulerStep(step, down)], [up, noise(step.sigma, step.next)]);
});

/** Heun's method: the mean of the slopes at both ends of a step. */
const heun = stepwise(async (step, { predict }) => {
  const there = eulerStep(step, step.next);
  if (step.next === 0) return there;
  const denoised = await predict(there, step.next);
  const half = (step.next - step.sigma) / 2;
  return combine(
    ...([
      [1, step.sample],
      [half, slope(step)],
      [half, slope({ sample: there, sigma: step.next, denoised })],
    ] as const),
  );
});

/** The slope at the geometric middle of the step leads all of it. */
const dpm2 = stepwise(async (step, { predict }) => {
  if (step.next === 0) return eulerStep(step, 0);
  return midpointStep(step, step.next, predict);
});

const dpm2Ancestral = stepwise(async (step, { predict, noise }) => {
  const { down, up } = ancestralStep(step.sigma, step.next);
  if (down === 0) return eulerStep(step, 0);
  return combine([1, await midpointStep(step, down, predict)], [up, noise(step.sigma, step.next)]);
});

async function midpointStep(
  step: Parameters<typeof eulerStep>[0],
  to: number,
  predict: (sample: Float32Array, sigma: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const sigma = geometricMiddle(step.sigma, to);
  const sample = eulerStep(step, sigma);
  const denoised = await predict(sample, sigma);
  return combine([1, step.sample], [to - step.sigma, slope({ sample, sigma, denoised })]);
}

/** Linear multistep: the polynomial through the last four slopes, integrated. */
const lms: Sampler = (first, run) => {
  let slopes: readonly Float32Array[] = [];
  return stepwise((step) => {
    slopes = [slope(step), ...slopes].slice(0, 4);
    if (step.next === 0) return step.denoised;
    const sigmas = slopes.map((_, k) => run.sigmas[step.index - k] as number);
    return combine(
      [1, step.sample],
      ...slopes.map((one, j) => [integrateLagrange(sigmas, j, step.sigma, step.next), one] as const),
    );
  })(first, run);
};

// Gauss-Legendre points and weights: exact for the cubic polynomials here.
const GAUSS_4 = [
  [0.3399810435848563, 0.6521451548625461],
  [0.8611363115940526, 0.3478548451374538],
] as const;

/** Of the Lagrange polynomial that is 1 at `nodes[j]` and 0 at the others. */
function integrateLagrange(nodes: readonly number[], j: number, from: number, to: number): number {
  const at = nodes[j] as number;
  const value = (sigma: number) =>
    nodes.reduce((product, node, k) => (k === j ? product : (product * (sigma - node)) / (at - node)), 1);
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return GAUSS_4.reduce(
    (sum, [point, weight]) => sum + half * weight * (value(middle + half * point) + value(middle - half * point)),
    0,
  );
}

/** Adams-Bashforth coefficients for equal steps, regardless of the actual steps. */
const ADAMS_BASHFORTH = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]];

const ipndm: Sampler = (first, run) => {
  let slopes: readonly Float32Array[] = [];
  return stepwise((step) => {
    slopes = [slope(step), ...slopes].slice(0, 4);
    if (step.next === 0) return step.denoised;
    const coefficients = ADAMS_BASHFORTH[slopes.length - 1] ?? [];
    const terms = slopes.map((one, k) => [(step.next - step.sigma) * (coefficients[k] as number), one] as const);
    return combine([1, step.sample], ...terms);
  })(first, run);
};

/** DPM-Solver++(2M), in lambda = -log sigma. */
const dpmpp2m: Sampler = (first, run) => {
  let last: Float32Array | undefined;
  return stepwise(({ index, sample, sigma, next, denoised }) => {
    const before = last;
    last = denoised;
    if (before === undefined || next === 0) return combine([next / sigma, sample], [1 - next / sigma, denoised]);
    const h = log(sigma / next);
    const r = log((run.sigmas[index - 1] as number) / sigma) / h;
    const gain = -expm1(-h);
    return combine([next / sigma, sample], [gain * (1 + 1 / (2 * r)), denoised], [-gain / (2 * r), before]);
  })(first, run);
};

/** DPM-Solver++(2M) SDE by the midpoint rule, eta 1. */
const dpmpp2mSde: Sampler = (first, run) => {
  let last: { readonly denoised: Float32Array; readonly h: number } | undefined;
  return stepwise(({ sample, sigma, next, denoised }, { noise }) => {
    if (next === 0) return denoised;
    const before = last;
    const h = log(sigma / next);
    last = { denoised, h };
    const gain = -expm1(-2 * h);
    const more = before === undefined ? 0 : (0.5 * gain * h) / before.h;
    return combine(
      [(next / sigma) * exp(-h), sample],
      [gain + more, denoised],
      ...(before === undefined ? [] : [[-more, before.denoised] as const]),
      [next * sqrt(-expm1(-2 * h)), noise(sigma, next)],
    );
  })(first, run);
};

/** In float32, as ComfyUI has it: in a Brownian tree the last digit of a time is seen. */
function halfwayInLambda(from: number, to: number): number {
  const lambda = fround(-fround(log(from)));
  const h = fround(fround(-fround(log(to))) - lambda);
  return fround(exp(-fround(lambda + fround(0.5 * h))));
}

/** DPM-Solver++(S) SDE, r = 1/2, eta 1: two predictions and two noises a step. */
const dpmppSde = stepwise(async ({ sample, sigma, next, denoised }, { predict, noise }) => {
  if (next === 0) return denoised;
  const middle = halfwayInLambda(sigma, next);
  const first = ancestralStep(sigma, middle);
  const there = combine(
    [first.down / sigma, sample],
    [1 - first.down / sigma, denoised],
    [first.up, noise(sigma, middle)],
  );
  const second = await predict(there, middle);
  const { down, up } = ancestralStep(sigma, next);
  return combine([down / sigma, sample], [1 - down / sigma, second], [up, noise(sigma, next)]);
});

/** DPM-Solver++(2S) with ancestral noise. */
const dpmpp2sAncestral = stepwise(async (step, { predict, noise }) => {
  const { sample, sigma, next, denoised } = step;
  const { down, up } = ancestralStep(sigma, next);
  const went = async () => {
    const middle = halfwayInLambda(sigma, down);
    const there = combine([middle / sigma, sample], [1 - middle / sigma, denoised]);
    const second = await predict(there, middle);
    return combine([down / sigma, sample], [1 - down / sigma, second]);
  };
  const moved = down === 0 ? eulerStep(step, 0) : await went();
  return next > 0 ? combine([1, moved], [up, noise(sigma, next)]) : moved;
});

/** The posterior step of DDPM between two sigmas. */
const ddpm = stepwise((step, { noise }) => {
  const { sample, sigma, next } = step;
  const [signal, signalNext] = [1 / (sigma ** 2 + 1), 1 / (next ** 2 + 1)];
  const alpha = signal / signalNext;
  const scale = sqrt(1 / alpha);
  const terms = [
    [scale * sqrt(signal), sample],
    [(-scale * (1 - alpha)) / sqrt(1 - signal), slope(step)],
  ] as const;
  if (next === 0) return combine(...terms);
  const spread = sqrt(((1 - alpha) * (1 - signalNext)) / (1 - signal));
  const raised = sqrt(1 + next ** 2);
  const mean = terms.map(([factor, values]) => [factor * raised, values] as const);
  return combine(...mean, [spread * raised, noise(sigma, next)]);
});

const lcm = stepwise(({ sigma, next, denoised }, { noise }) =>
  next > 0 ? combine([1, denoised], [next, noise(sigma, next)]) : denoised,
);

/** By ComfyUI's names of its "sampler_name" widget. */
export const SAMPLERS = {
  euler: { sampler: euler },
  euler_ancestral: { sampler: eulerAncestral, noise: 'generator' },
  heun: { sampler: heun, callsTwice: true },
  dpm_2: { sampler: dpm2, callsTwice: true, dropsLastSigma: true },
  dpm_2_ancestral: { sampler: dpm2Ancestral, noise: 'generator', callsTwice: true, dropsLastSigma: true },
  lms: { sampler: lms },
  dpmpp_2m: { sampler: dpmpp2m },
  dpmpp_2m_sde: { sampler: dpmpp2mSde, noise: 'brownian-tree' },
  dpmpp_sde: { sampler: dpmppSde, noise: 'brownian-tree', callsTwice: true },
  dpmpp_2s_ancestral: { sampler: dpmpp2sAncestral, noise: 'generator', callsTwice: true },
  ddim: { sampler: euler, ownMaskNoise: true },
  uni_pc: { sampler: uniPcSampler('bh1'), dropsLastSigma: true },
  uni_pc_bh2: { sampler: uniPcSampler('bh2'), dropsLastSigma: true },
  ddpm: { sampler: ddpm, noise: 'generator' },
  deis: { sampler: deisSampler },
  ipndm: { sampler: ipndm },
  lcm: { sampler: lcm, noise: 'generator' },
} as const satisfies Readonly<Record<string, SamplerTraits>>;

export type SamplerName = keyof typeof SAMPLERS;
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as readonly SamplerName[];
