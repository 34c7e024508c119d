import { solveLinear } from '../../schedulers/solve-linear.js';
import { combine, type Sampler, type SamplerRun } from './sampler-run.js';

const { exp, expm1, fround, log, sqrt } = Math;

// Replaces the last sigma, whose logarithm does not exist.
const LAST_SIGMA = 0.001;

/** A sigma as the VP schedule that UniPC is written for has it. float32 throughout, since the last one loses digits in it. */
interface Level {
  readonly sigma: number;
  readonly logAlpha: number;
  readonly alpha: number;
  readonly spread: number;
  readonly lambda: number;
}

/** A prediction of the clean latent, and where it was made. */
interface Known {
  readonly level: Level;
  readonly denoised: Float32Array;
}

/**
 * UniPC in VP space with a corrector at all steps but the last, of order 3 at most and of lower order at both ends. With one
 * step no update is made at all: the noise comes back.
 *
 * @see https://arxiv.org/abs/2302.04867; ComfyUI 0.3.64, comfy/extra_samplers/uni_pc.py
 */
export function uniPcSampler(variant: 'bh1' | 'bh2'): Sampler {
  return async (first, run) => {
    const levels = Array.from(run.sigmas, (sigma) => levelOf(sigma === 0 ? LAST_SIGMA : sigma));
    const steps = levels.length - 1;
    const order = Math.min(3, steps - 1);
    // There are two sigmas at least.
    const [beginning, end] = [levels[0], levels.at(-1)] as [Level, Level];
    let sample = combine([1 / fround(sqrt(fround(1 + fround(beginning.sigma ** 2)))), first]);
    let known: readonly Known[] = [{ level: beginning, denoised: await predictClean(sample, beginning, run) }];
    run.onStep(1, (known[0] as Known).denoised);
    for (let step = 1; step <= steps; step++) {
      if (order === 0) break;
      const level = levels[step] as Level;
      const update = { variant, order: Math.min(order, step, steps + 1 - step), known, level };
      const { sample: next, denoised } = await goOn(sample, update, step < steps ? run : undefined);
      sample = next;
      if (denoised === undefined) break;
      known = [{ level, denoised }, ...known].slice(0, order);
      run.onStep(step + 1, denoised);
    }
    return combine([1 / end.alpha, sample]);
  };
}

function levelOf(sigma: number): Level {
  const square = fround(fround(sigma) * fround(sigma));
  const logAlpha = fround(0.5 * fround(log(fround(1 / fround(square + 1)))));
  const alpha = fround(exp(logAlpha));
  const rest = fround(1 - fround(exp(fround(2 * logAlpha))));
  return {
    ...{ sigma: fround(sigma), logAlpha, alpha },
    spread: fround(sqrt(rest)),
    lambda: fround(logAlpha - fround(0.5 * fround(log(rest)))),
  };
}

/** By way of the noise, with the spread as float32 has it. */
async function predictClean(sample: Float32Array, { sigma, alpha, spread }: Level, run: SamplerRun) {
  const raised = combine([fround(sqrt(fround(fround(sigma * sigma) + 1))), sample]);
  const denoised = await run.predict(raised, sigma);
  const noise = combine([1 / sigma, raised], [-1 / sigma, denoised]);
  return combine([1 / alpha, sample], [-spread / alpha, noise]);
}

interface Update {
  readonly variant: 'bh1' | 'bh2';
  readonly order: number;
  /** The latest first. */
  readonly known: readonly Known[];
  readonly level: Level;
}

/** @param run for the corrector; left out, only the predictor is used */
async function goOn(sample: Float32Array, { variant, order, known, level }: Update, run: SamplerRun | undefined) {
  // 1: steps back in units of this one, and how each prediction there differs from the latest
  const [last, ...others] = known.slice(0, order) as [Known, ...Known[]];
  const h = level.lambda - last.level.lambda;
  const ratios = others.map((other) => (other.level.lambda - last.level.lambda) / h);
  const differences = others.map(({ denoised }, i) => {
    const ratio = ratios[i] as number;
    return combine([1 / ratio, denoised], [-1 / ratio, last.denoised]);
  });

  // 2: what the differences are to count: R rho = b
  const exponent = -h;
  const phi1 = expm1(exponent);
  const scale = variant === 'bh1' ? exponent : phi1;
  let phi = phi1 / exponent - 1;
  let factorial = 1;
  const b: number[] = [];
  for (let i = 1; i <= order; i++) {
    b.push((phi * factorial) / scale);
    factorial *= i + 1;
    phi = phi / exponent - 1 / factorial;
  }
  const powers = b.map((_, i) => [...ratios, 1].map((ratio) => ratio ** i));

  // 3: predictor
  const base = [
    [level.spread / last.level.spread, sample],
    [-level.alpha * phi1, last.denoised],
  ] as const;
  const weighted = (rhos: readonly number[]) =>
    differences.map((difference, i) => [-level.alpha * scale * (rhos[i] as number), difference] as const);
  const predictorRhos =
    order === 2
      ? [0.5]
      : solveLinear(
          powers.slice(0, -1).map((row) => row.slice(0, -1)),
          b.slice(0, -1),
        );
  const predicted = combine(...base, ...weighted(predictorRhos));
  if (run === undefined) return { sample: predicted };

  // 4: corrector, with a prediction at the new level
  const denoised = await predictClean(predicted, level, run);
  const rhos = order === 1 ? [0.5] : solveLinear(powers, b);
  const newest = -level.alpha * scale * (rhos.at(-1) as number);
  return {
    sample: combine(...base, ...weighted(rhos), [newest, denoised], [-newest, last.denoised]),
    denoised,
  };
}
