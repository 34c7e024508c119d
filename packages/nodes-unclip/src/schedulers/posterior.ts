import { at } from './linear-combination.js';
import { type PredictionType, predictOriginal } from './prediction.js';
import type { StepArgs } from './scheduler.js';

const { exp, fround, log, sqrt } = Math;

interface PosteriorSettings {
  readonly prediction: PredictionType;
  /** x_0 is clamped to plus and minus this. */
  readonly clipRange: number;
  readonly variance: 'fixed_small' | 'fixed_small_log' | 'fixed_large';
}

/** The two ends of a step: alpha_bar at both, and alpha and beta between them; float32. */
interface Jump {
  readonly alphaProd: number;
  readonly alphaProdPrev: number;
  readonly alpha: number;
  readonly beta: number;
  /** Whether noise is added. */
  readonly draws: boolean;
}

/** One step of DDPM and of unCLIP's prior: a sample of q(x_t-1 | x_t, x_0). */
export function posteriorStep(
  { prediction, clipRange, variance }: PosteriorSettings,
  { alphaProd, alphaProdPrev, alpha, beta, draws }: Jump,
  { modelOutput, sample, randn }: Pick<StepArgs, 'modelOutput' | 'sample' | 'randn'>,
): Float32Array {
  // DDPM, https://arxiv.org/abs/2006.11239, equations (6), (7) and (15).
  //   alphaProd, alphaProdPrev -> alpha_bar_t, alpha_bar_t-1
  //   onOriginal, onSample -> the factors in mu_t(x_t, x_0)
  const betaProd = fround(1 - alphaProd);
  const betaProdPrev = fround(1 - alphaProdPrev);
  // 1. the mean's two factors, equation (7)
  const onOriginal = fround(fround(fround(sqrt(alphaProdPrev)) * beta) / betaProd);
  const onSample = fround(fround(fround(sqrt(alpha)) * betaProdPrev) / betaProd);
  // 2. the noise, drawn in any case where diffusers draws
  const noise = draws ? randn(sample.length) : null;
  const smallVariance = Math.max(fround(fround(betaProdPrev / betaProd) * beta), 1e-20);
  const stdDev = standardDeviation(variance, smallVariance, beta);
  // 3. x_0, equation (15)
  const from = { alpha: fround(sqrt(alphaProd)), sigma: fround(sqrt(betaProd)) };
  const original = predictOriginal(prediction, from, { modelOutput, sample });
  return sample.map((x, i) => {
    const clamped = Math.min(Math.max(at(original, i), -clipRange), clipRange);
    // 4. the mean, and the noise on it
    const mean = fround(fround(onOriginal * clamped) + fround(onSample * x));
    return noise === null ? mean : mean + fround(stdDev * at(noise, i));
  });
}

function standardDeviation(variance: PosteriorSettings['variance'], small: number, beta: number): number {
  switch (variance) {
    case 'fixed_small':
      return fround(sqrt(small));
    case 'fixed_small_log':
      return fround(exp(fround(0.5 * fround(log(small)))));
    case 'fixed_large':
      return fround(sqrt(beta));
  }
}
