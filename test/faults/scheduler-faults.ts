import { fileURLToPath } from 'node:url';
import { requireUnclip, schedulerFor } from '@unclip-studio/nodes-unclip/testing';
import { GoldenSet } from '../parity/golden-set.js';
import { schedulers } from '../parity/stages/schedulers.js';
import type { CheckpointCopy } from '../support/checkpoint-copy.js';
import { unclip } from '../support/unclip.js';
import { copyOfSource } from './checkpoint-facts.js';
import { type KnownFault, orRefused } from './known-fault.js';

const set = GoldenSet.open(fileURLToPath(new URL('../golden', import.meta.url)));
const FILE = 'scheduler/scheduler_config.json';
const GOLDEN = 'complete, and samples as diffusers does';

/** Schedulers that diffusers 0.42.1 saved, each with the golden run of that config. */
const SAVED = {
  'k01-dpmpp2m': 'dpmpp_2m.v_prediction.10',
  'k02-dpmpp2m-sde-karras': 'dpmpp_2m_sde_karras.v_prediction.10',
  'k03-dpm-single': 'dpmpp_2s.v_prediction.10',
  'k04-unipc': 'unipc.v_prediction.10',
  'k05-deis': 'deis.v_prediction.10',
  'k06-euler': 'euler.v_prediction.10',
  'k07-euler-a': 'euler_a.v_prediction.10',
  'k08-pndm': 'pndm.v_prediction.10',
  'k09-lms': 'lms.v_prediction.10',
  'k10-heun': 'heun.v_prediction.10',
  'k11-ddpm': 'ddpm.v_prediction.10',
};

/**
 * Those that differ from a golden config, or have none, and the timesteps that diffusers 0.42.1 gives for 10 steps, to
 * a hundredth.
 */
const OTHERS: Readonly<
  Record<string, readonly [config: Readonly<Record<string, unknown>>, timesteps: readonly number[]]>
> = {
  'k12-euler-zsnr-trailing': [
    { ...configOf('euler.v_prediction.10'), rescale_betas_zero_snr: true, timestep_spacing: 'trailing' },
    [999, 899, 799, 699, 599, 499, 399, 299, 199, 99],
  ],
  'k13-kdpm2a': [
    { ...configOf('kdpm2.v_prediction.10'), _class_name: 'KDPM2AncestralDiscreteScheduler' },
    [999, 888, 888, 777, 777, 666, 666, 555, 555, 444, 444, 333, 333, 222, 222, 111, 111, 0, 0],
  ],
  'k14-lcm': [
    { ...configOf('ddim.v_prediction.10'), _class_name: 'LCMScheduler', original_inference_steps: 50 },
    [999, 899, 799, 699, 599, 499, 399, 299, 199, 99],
  ],
  'k16-euler-beta': [
    { ...configOf('euler.v_prediction.10'), use_beta_sigmas: true },
    [999, 991.02, 972.64, 943.93, 902.17, 841.14, 746.94, 583.31, 257.73, 0],
  ],
  'k17-dpmpp2m-lu': [
    { ...configOf('dpmpp_2m.v_prediction.10'), use_lu_lambdas: true, euler_at_final: true },
    [999, 875, 724, 538, 330, 153, 52, 14, 3, 0],
  ],
};

export const schedulerFaults: readonly KnownFault[] = [
  ...Object.entries(SAVED).map(([name, id]) => ({
    ...{ name: `checkpoints/${name}`, right: GOLDEN },
    async attempt(folder: string) {
      const copy = copyWith(configOf(id), folder, name);
      return tryScheduler(copy, async () => {
        const goldenCase = caseOf(id);
        const { unet } = await copy.open();
        const result = await schedulers.run(
          { ...goldenCase, params: { ...goldenCase.params, config: unet.scheduler } },
          set,
        );
        return result.outcome === 'passed' ? GOLDEN : JSON.stringify(result);
      });
    },
  })),
  ...Object.entries(OTHERS).map(([name, [config, timesteps]]) => ({
    ...{ name: `checkpoints/${name}`, right: atTimesteps(timesteps) },
    attempt(folder: string) {
      const copy = copyWith(config, folder, name);
      return tryScheduler(copy, async () => {
        const checkpoint = requireUnclip(await copy.open());
        const scheduler = schedulerFor(checkpoint.unet, { scheduler: 'checkpoint', steps: 10 });
        return atTimesteps(scheduler.timesteps);
      });
    },
  })),
];

function atTimesteps(timesteps: readonly number[]): string {
  return `complete, and samples at ${JSON.stringify(timesteps.map((timestep) => Number(timestep.toFixed(2))))}`;
}

/** The inspection says "complete" only of what can be run. */
async function tryScheduler(copy: CheckpointCopy, run: () => Promise<string>): Promise<string> {
  const { code, stdout, stderr } = await unclip(['models', 'inspect', copy.folder]);
  if (code !== 0) return `refused: ${stderr.trimEnd()}`;
  if (!/^ {2}state +complete: /m.test(stdout)) return `no refusal, and not complete: ${stdout}`;
  return run().catch((error: unknown) => orRefused(error, ['SchedulerConfigError', 'UnknownSchedulerError']));
}

function copyWith(config: Readonly<Record<string, unknown>>, folder: string, name: string): CheckpointCopy {
  const copy = copyOfSource(folder, name);
  // As Python writes it.
  copy.write(FILE, JSON.stringify(config, null, 2).replaceAll('"-inf"', '-Infinity'));
  copy.editJson('model_index.json', { scheduler: ['diffusers', config['_class_name']] });
  return copy;
}

function configOf(id: string): Readonly<Record<string, unknown>> {
  const { params } = caseOf(id);
  return {
    _class_name: params['class'],
    _diffusers_version: '0.42.1',
    ...(params['config'] as Readonly<Record<string, unknown>>),
  };
}

function caseOf(id: string) {
  const found = set.cases.find((one) => one.id === `scheduler/${id}`);
  if (found === undefined) throw new Error(`test/golden has no case "scheduler/${id}"`);
  return found;
}
