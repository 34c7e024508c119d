import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type InferenceService, type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  applyControl,
  type Conditioning,
  componentAt,
  controlNetFileForm,
  createUnetPredictor,
  scalesOf,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage, localCheckpointFolder } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import { openAnyGoldenCheckpoint, openGoldenModel } from '../golden-checkpoint.js';
import { readGoldenSafetensors } from '../golden-safetensors.js';
import type { GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';
import { withDefaults } from '../pipeline-recorder.js';
import { runPlainPipeline } from '../plain-pipeline.js';
import { runImg2img } from './pipeline-img2img.js';
import { compareTensors } from './single-file.js';

const sessions = createOrtSessions();

/** What control nets add to a UNet, and what it makes of that. */
export const controlNet: ParityStage = {
  stage: 'controlnet',
  async run(goldenCase, set) {
    const { params, inputs } = goldenCase;
    const { unet } = await openAnyGoldenCheckpoint(set, String(params['checkpoint']));
    const nets = await openNets(set, params['controlnet']);
    const strengths = [params['conditioning_scale']].flat().map(Number);
    const read = (name: string) => tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
    const sample = read('sample');
    const [n = 0, , h = 0, w = 0] = sample.dims;
    const rows = Array.from({ length: n }, (_, row) => row);
    const controls = nets.map((net, i) => ({
      ...{ net, rows, hint: read(nets.length === 1 ? 'controlnet_cond' : `controlnet_cond${i}`) },
      scales: scalesOf({ net, strength: strengths[i] ?? 1, isGuess: params['guess_mode'] === true }),
    }));
    const seen = watching(sessions);
    const prompt = read('encoder_hidden_states');
    const guides = {
      encoder_hidden_states: prompt,
      ...(inputs['class_labels'] && { class_labels: read('class_labels') }),
    };
    const predict = createUnetPredictor(unet, seen.inference);
    const predicted = await predict({ sample, timestep: Number(params['timestep']), guides, controls });

    const checks = new CaseChecks(goldenCase, set);
    for (const [name, { data, dims }] of seen.feeds) {
      if (name === 'mid_residual') checks.output('mid', data, { dims });
      if (name.startsWith('down_residual.')) checks.output(name.replace('_residual.', ''), data, { dims });
    }
    const [net] = nets;
    if (goldenCase.outputs['cond_embedding'] !== undefined && net !== undefined) {
      const moduleResults = ['controlnet_cond_embedding'];
      const { hint, scales } = controls[0] as (typeof controls)[number];
      const { controlnet_cond_embedding: embedded } = await sessions.run(
        net.request({ n, h, w, t: prompt.dims[1] ?? 0 }, { moduleResults }),
        {
          ...{ sample, hint, scales: tensor([scales.length], scales), encoder_hidden_states: prompt },
          timestep: tensor([1], Float32Array.of(0)),
        },
      );
      checks.output('cond_embedding', embedded?.data ?? [], { dims: embedded?.dims ?? [] });
    }
    return checks.output('unet_out', predicted.data, { dims: predicted.dims }).result();
  },
  close: () => sessions.close(),
};

/** The call of a pipeline with control nets, as diffusers names things; of several nets lists. */
interface ControlCall {
  readonly checkpoint: string;
  readonly controlnet: string | readonly string[];
  readonly image: string | readonly string[];
  /** Of unCLIP, where `image` is the one to vary. */
  readonly control_image?: string;
  readonly controlnet_conditioning_scale?: number | readonly number[];
  readonly control_guidance_start?: number | readonly number[];
  readonly control_guidance_end?: number | readonly number[];
  readonly guess_mode?: boolean;
}

/** Whole images with control nets. */
export const controlNetImage: ParityStage = {
  stage: 'controlnet_image',
  async run(goldenCase, set) {
    const call = goldenCase.params as unknown as ControlCall;
    const steer = await steering(call, set);
    const seen = watching(sessions);
    const run = { goldenCase, set, inference: seen.inference };
    const checkpoint = await openAnyGoldenCheckpoint(set, call.checkpoint);
    const result =
      call.control_image === undefined
        ? await runPlainPipeline(run, { ...checkpoint, steer })
        : await runImg2img(run, steer);
    if (goldenCase.outputs['control_image0'] === undefined || result.outcome !== 'passed') return result;
    // Both halves see the same.
    const hint = seen.feeds.get('hint');
    const checks = new CaseChecks(goldenCase, set);
    const [, ...dims] = hint?.dims ?? [];
    const one = hint?.data.subarray(0, hint.data.length / (hint.dims[0] ?? 1)) ?? [];
    const ofHint = checks.output('control_image0', one, { dims: [1, ...dims] }).result();
    return ofHint.outcome === 'passed' ? result : ofHint;
  },
  close: () => sessions.close(),
};

/** Applies the nets of a call to what its prompts give. */
async function steering(call: ControlCall, set: GoldenSet) {
  const names = [call.control_image ?? call.image].flat();
  const images: readonly RgbImage[] = await Promise.all(
    names.map((name) => decodeImage(readFileSync(set.path(name)), name)),
  );
  const nets = await openNets(set, call.controlnet);
  const each = (values: number | readonly number[] | undefined, i: number) =>
    typeof values === 'object' ? values[i] : values;
  return async (prompt: Conditioning): Promise<Conditioning> => {
    let steered = prompt;
    for (const [i, controlnet] of nets.entries()) {
      const given = {
        ...{ strength: each(call.controlnet_conditioning_scale, i), guessMode: call.guess_mode },
        ...{ start: each(call.control_guidance_start, i), end: each(call.control_guidance_end, i) },
      };
      const params = withDefaults(
        applyControl,
        Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      );
      const inputs = { conditioning: steered, controlnet, image: [images[i]] };
      const applied = await applyControl.evaluate({ inputs, params }, {} as never);
      steered = applied['conditioning'] as Conditioning;
    }
    return steered;
  };
}

function openNets(set: GoldenSet, names: unknown) {
  return Promise.all([names].flat().map((name) => openGoldenModel(set, 'controlnet', `checkpoints/${String(name)}`)));
}

/** The last feeds of all models by name. */
function watching(inference: InferenceService) {
  const feeds = new Map<string, Tensor>();
  const run: InferenceService['run'] = (model, given) => {
    for (const [name, value] of Object.entries(given)) if (value.dtype === 'float32') feeds.set(name, value);
    return inference.run(model, given);
  };
  return { feeds, inference: { ...inference, run } };
}

/** A control net in one file: each weight of the folder with equal name, shape and bits, and none besides. */
export const controlNetSingleFile: ParityStage = {
  stage: 'controlnet_single_file',
  async run(goldenCase, set) {
    const path = set.path(String(goldenCase.params['file']));
    const location = { folder: localCheckpointFolder(dirname(path)), path: basename(path), isFolder: false };
    const layout = await componentAt(location, controlNetFileForm);
    const { tensors } = await layout.openTensors({ folder: basename(path), stem: 'diffusion_pytorch_model' });
    const folder = set.path(String(goldenCase.params['equals']));
    const expected = readGoldenSafetensors(`${folder}/diffusion_pytorch_model.safetensors`);
    const checks = new CaseChecks(goldenCase, set);
    await compareTensors(checks, 'controlnet', { layout, tensors, expected });
    checks.equal('how many', tensors.length, goldenCase.params['n_tensors']);
    return checks.result();
  },
};
