import { createScheduler, type SchedulerConfig } from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks, expectRefusal } from '../compare.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';
import { compareRun } from './schedulers.js';

const { fround } = Math;
// What the reference calls with one step and cannot do; these cases name no class.
const REFUSED_CLASS = 'UnCLIPScheduler';

/** The schedulers of the prior: UnCLIPScheduler with and without the next timestep, and DDPMScheduler from its config. */
export const priorScheduler: ParityStage = {
  stage: 'prior_scheduler',
  async run(goldenCase, set) {
    const { params } = goldenCase;
    if (goldenCase.error !== null) {
      const config = (params['config'] ?? {}) as SchedulerConfig;
      const steps = Number(params['num_inference_steps']);
      return expectRefusal(goldenCase, () => createScheduler(REFUSED_CLASS, config, { steps }));
    }
    return goldenCase.id.includes('unclip_prev_next') ? compareNext(goldenCase, set) : compareRun(goldenCase, set);
  },
};

/** The original pipeline's loop: each call gets the next timestep. */
function compareNext(goldenCase: GoldenCase, set: GoldenSet): CaseResult {
  const { params } = goldenCase;
  const checks = new CaseChecks(goldenCase, set);
  const steps = Number(params['num_inference_steps']);
  const config = params['config'] as SchedulerConfig;
  const scheduler = createScheduler('UnCLIPScheduler', config, { steps, unclipTarget: 'next' });
  const pattern = set.inputFloats(goldenCase, 'pattern');
  const size = pattern.length;
  const samples = set.output(goldenCase, 'samples').data as Float32Array;
  const noises = set.inputFloats(goldenCase, 'noises');
  const row = (values: Float32Array, index: number) => values.slice(index * size, (index + 1) * size);
  let draws = 0;
  const randn = () => row(noises, draws++);
  const found: Float32Array[] = [row(samples, 0)];
  scheduler.timesteps.forEach((timestep, call) => {
    const sample = row(samples, call);
    const modelOutput = sample.map((x, i) => standIn(x, pattern[i] ?? 0, timestep));
    found.push(scheduler.step({ modelOutput, sample, call, randn }));
  });
  return checks
    .output('timesteps', scheduler.timesteps)
    .output('samples', Float32Array.from(found.flatMap((values) => [...values])))
    .equal('draws', draws, noises.length / size)
    .result();
}

/** The stand-in for a model that the goldens were made with. */
function standIn(x: number, pattern: number, timestep: number): number {
  const time = fround(fround(0.2) * fround(timestep / 1000));
  return fround(fround(fround(fround(0.6) * x) + fround(fround(0.3) * pattern)) - time);
}
