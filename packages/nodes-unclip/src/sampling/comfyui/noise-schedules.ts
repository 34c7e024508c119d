import { betaQuantile } from '../../schedulers/beta-quantile.js';
import { roundHalfEven } from '../../tensor/round-half-even.js';
import { type DiscreteSigmas, maxSigma, minSigma, sigmaOfTimestep, timestepOfSigma } from './discrete-sigmas.js';

const { atan, exp, fround, log, max, tan } = Math;

/** Sigmas from the noisiest to the last one above 0; 0 is appended by {@link sigmasOf}. */
type NoiseSchedule = (table: DiscreteSigmas, steps: number) => readonly number[];

/** The spacing of the steps among the noise levels, by ComfyUI's names of its "scheduler" widget. */
const SCHEDULES = {
  normal: (table, steps) => atTimesteps(table, linspace(noisiest(table), cleanest(table), steps)),
  karras: (table, steps) => {
    const [from, to] = [maxSigma(table) ** (1 / 7), minSigma(table) ** (1 / 7)];
    return linspace(0, 1, steps).map((ramp) => fround(fround(fround(from) + fround(ramp * fround(to - from))) ** 7));
  },
  exponential: (table, steps) => linspace(log(maxSigma(table)), log(minSigma(table)), steps).map((x) => fround(exp(x))),
  sgm_uniform: (table, steps) => atTimesteps(table, linspace(noisiest(table), cleanest(table), steps + 1).slice(0, -1)),
  simple: ({ sigmas }, steps) =>
    Array.from({ length: steps }, (_, i) => sigmas.at(-(1 + Math.trunc(i * (sigmas.length / steps)))) as number),
  // As many steps as fit, which may be more than requested.
  ddim_uniform: ({ sigmas }, steps) => {
    const stride = max(Math.floor(sigmas.length / steps), 1);
    return Array.from(sigmas)
      .filter((_, t) => t >= 1 && (t - 1) % stride === 0)
      .reverse();
  },
  // Timesteps that come twice are taken once, so there may be fewer steps.
  beta: ({ sigmas }, steps) => {
    const last = sigmas.length - 1;
    const timesteps = Array.from({ length: steps }, (_, i) => roundHalfEven(betaQuantile(1 - i / steps) * last));
    return timesteps.filter((t, i) => t !== timesteps[i - 1]).map((t) => sigmas[t] as number);
  },
  linear_quadratic: (table, steps) =>
    linearThenQuadratic(steps).map((share) => fround(fround(share) * maxSigma(table))),
  // One step divides 0 by 0, there as here.
  kl_optimal: (table, steps) =>
    Array.from({ length: steps }, (_, i) => {
      const share = fround(i / (steps - 1));
      const far = fround(share * fround(atan(minSigma(table))));
      return fround(tan(fround(far + fround(fround(1 - share) * fround(atan(maxSigma(table)))))));
    }),
} as const satisfies Readonly<Record<string, NoiseSchedule>>;

export type NoiseScheduleName = keyof typeof SCHEDULES;
export const NOISE_SCHEDULE_NAMES = Object.keys(SCHEDULES) as readonly NoiseScheduleName[];

/**
 * All sigmas of a schedule, the last one 0.
 *
 * @returns float32, mostly `steps` + 1 values
 * @see ComfyUI 0.3.64, comfy/samplers.py, calculate_sigmas
 */
export function sigmasOf(name: NoiseScheduleName, table: DiscreteSigmas, steps: number): Float32Array {
  return Float32Array.from([...SCHEDULES[name](table, steps), 0]);
}

const noisiest = (table: DiscreteSigmas) => timestepOfSigma(table, maxSigma(table));
const cleanest = (table: DiscreteSigmas) => timestepOfSigma(table, minSigma(table));

function atTimesteps(table: DiscreteSigmas, timesteps: readonly number[]): readonly number[] {
  return timesteps.map((timestep) => sigmaOfTimestep(table, timestep));
}

/** torch.linspace in float32, which counts from both ends. */
function linspace(start: number, end: number, count: number): readonly number[] {
  const [from, to] = [fround(start), fround(end)];
  if (count === 1) return [from];
  const step = fround(fround(to - from) / (count - 1));
  return Array.from({ length: count }, (_, i) =>
    // Its compiler fuses product and sum.
    i < Math.floor(count / 2) ? fround(from + step * i) : fround(to - step * (count - 1 - i)),
  );
}

const THRESHOLD = 0.025;

/** Half the steps go down by little, the others ever faster. */
function linearThenQuadratic(steps: number): readonly number[] {
  if (steps === 1) return [1];
  const linearSteps = Math.floor(steps / 2);
  const quadraticSteps = steps - linearSteps;
  const difference = linearSteps - THRESHOLD * steps;
  const square = difference / (linearSteps * quadraticSteps ** 2);
  const slope = THRESHOLD / linearSteps - (2 * difference) / quadraticSteps ** 2;
  const constant = square * linearSteps ** 2;
  return Array.from({ length: steps }, (_, i) =>
    i < linearSteps ? 1 - (i * THRESHOLD) / linearSteps : 1 - (square * i ** 2 + slope * i + constant),
  );
}
