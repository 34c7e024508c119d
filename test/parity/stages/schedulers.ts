import {
  createScheduler,
  noiseScheduleOf,
  SCHEDULER_CLASS_NAMES,
  type Scheduler,
  type SchedulerConfig,
  SchedulerConfigError,
  TorchGenerator,
} from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks, expectRefusal, toTolerance } from '../compare.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';

// The schedule of Stable Diffusion, which the table cases were made with unless they say otherwise.
const STABLE_DIFFUSION = { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 };

/** Noise tables, and whole runs in which each step starts from the golden sample. */
export const schedulers: ParityStage = {
  stage: 'scheduler',
  async run(goldenCase, set) {
    const className = goldenCase.params['class'];
    if (typeof className !== 'string') return compareTables(goldenCase, set);
    if (!SCHEDULER_CLASS_NAMES.includes(className)) {
      return { outcome: 'unsupported', reason: `scheduler ${className} is not here yet` };
    }
    if (goldenCase.error !== null) return expectRefusal(goldenCase, () => makeScheduler(goldenCase, set));
    // Where the reference's own run broke down, a refusal is the better answer.
    if (goldenCase.params['finite'] === false && refuses(goldenCase, set)) {
      return { outcome: 'passed', worstError: 0, tolerance: 'refused' };
    }
    return compareRun(goldenCase, set);
  },
};

function compareTables(goldenCase: GoldenCase, set: GoldenSet): CaseResult {
  const { betas, alphasCumprod } = noiseScheduleOf({ ...STABLE_DIFFUSION, ...goldenCase.params });
  return new CaseChecks(goldenCase, set).output('betas', betas).output('alphas_cumprod', alphasCumprod).result();
}

/** The arguments of diffusers' `set_timesteps` in addition to the number of steps. */
interface SetTimesteps {
  readonly original_inference_steps?: number;
  readonly strength?: number;
}

function makeScheduler({ params }: GoldenCase, set: GoldenSet): Scheduler {
  // A case of from_config names the file, and its `config` is what diffusers made of it.
  const config = typeof params['from_config'] === 'string' ? set.json(params['from_config']) : params['config'];
  const stepOptions = (params['step_kwargs'] ?? {}) as { readonly eta?: number };
  const calledWith = (params['set_timesteps_kwargs'] ?? {}) as SetTimesteps;
  return createScheduler(String(params['class']), config as SchedulerConfig, {
    ...stepOptions,
    ...(calledWith.original_inference_steps && { originalSteps: calledWith.original_inference_steps }),
    ...(calledWith.strength && { strength: calledWith.strength }),
    steps: Number(params['num_inference_steps']),
  });
}

function refuses(goldenCase: GoldenCase, set: GoldenSet): boolean {
  try {
    makeScheduler(goldenCase, set);
    return false;
  } catch (error) {
    if (error instanceof SchedulerConfigError) return true;
    throw error;
  }
}

/** A whole run, each step of which starts from the golden sample and takes the golden answer of the model. */
export function compareRun(goldenCase: GoldenCase, set: GoldenSet): CaseResult {
  const { params } = goldenCase;
  const checks = new CaseChecks(goldenCase, set);
  const tolerance = toTolerance(goldenCase.tolerance);
  const scheduler = makeScheduler(goldenCase, set);
  const count = set.input(goldenCase, 'start_noise').data.length;
  const rowsOf = (name: string) => {
    const { data } = set.output(goldenCase, name);
    return (call: number) => Float32Array.from(data.subarray(call * count, (call + 1) * count) as Float32Array);
  };
  const [samples, modelInputs, modelOutputs] = [rowsOf('samples'), rowsOf('model_inputs'), rowsOf('model_outputs')];
  const generator = new TorchGenerator(Number(params['noise_seed']));
  const drewAt: number[] = [];

  checks.output('timesteps', scheduler.timesteps);
  checks.values('initial noise sigma', [scheduler.initNoiseSigma], [Number(params['init_noise_sigma'])], tolerance);
  scheduler.timesteps.forEach((_, call) => {
    const sample = samples(call);
    const randn = (size: number) => {
      drewAt.push(call);
      return generator.randn(size);
    };
    checks.values(`model input ${call}`, scheduler.scaleModelInput(sample, call), modelInputs(call), tolerance);
    const next = scheduler.step({ modelOutput: modelOutputs(call), sample, call, randn });
    const wanted = samples(call + 1);
    checks.values(
      `sample ${call + 1}`,
      params['finite'] === false ? whereFinite(next, wanted) : next,
      wanted,
      tolerance,
    );
  });
  return checks.equal('calls that draw', drewAt, params['noise_drawn_at_calls']).result();
}

/** Where the reference's own run broke down, any number of ours will do. */
function whereFinite(actual: Float32Array, wanted: Float32Array): Float32Array {
  return actual.map((value, i) => (Number.isFinite(wanted[i]) ? value : (wanted[i] ?? value)));
}
