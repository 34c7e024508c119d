import { readFileSync } from 'node:fs';
import type { InferenceService, RgbImage, SchedulerName, Tensor, VaeModel } from '@unclip-studio/nodes-unclip';
import {
  type Conditioning,
  SCHEDULER_CLASSES,
  type TextModel,
  textEncode,
  type UnetModel,
  unetSample,
  vaeDecode,
  vaeEncode,
} from '@unclip-studio/nodes-unclip/testing';
import { decodeImage } from '@unclip-studio/server';
import type { GoldenCase, GoldenSet } from './golden-set.js';
import type { CaseResult } from './parity-stage.js';
import { PipelineRecorder, withDefaults } from './pipeline-recorder.js';

/** The call of StableDiffusionPipeline or its img2img that a case records, as diffusers names things. */
export interface PlainCall {
  readonly checkpoint: string;
  readonly scheduler: { readonly class: string; readonly config: Readonly<Record<string, unknown>> };
  readonly prompt?: string;
  readonly negative_prompt?: string;
  readonly seed: number;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly height?: number | null;
  readonly width?: number | null;
  readonly eta?: number;
  readonly num_images_per_prompt?: number;
  /** Of img2img. */
  readonly image?: string | readonly string[];
  readonly strength?: number;
}

/** What a case runs with: models, and what else is connected to the sampler. */
export interface PlainModels {
  readonly unet: UnetModel;
  readonly vae: VaeModel;
  /** Left out where `prompt` is given. */
  readonly text?: TextModel;
  readonly sampler?: Readonly<Record<string, unknown>>;
  /** What is done to the prompts before they are drawn. */
  steer?(prompt: Conditioning): Promise<Conditioning>;
  /** In place of what the prompt gives. */
  readonly prompt?: { readonly positive: Tensor; readonly negative: Tensor };
  /** What was made before sampling, by the names of golden outputs. */
  readonly made?: Readonly<Record<string, Tensor>>;
}

/** Runs a whole pipeline through the product's own nodes, and compares all that the case has. */
export async function runPlainPipeline(
  { goldenCase, set, inference }: PlainCase,
  { unet, vae, text, sampler = {}, prompt: given, steer = async (prompt) => prompt, made = {} }: PlainModels,
): Promise<CaseResult> {
  const call = goldenCase.params as unknown as PlainCall;
  const scheduler = schedulerName(call.scheduler.class);
  if (scheduler === undefined) {
    return { outcome: 'unsupported', reason: `scheduler ${call.scheduler.class} is not here yet` };
  }
  const recorder = new PipelineRecorder(goldenCase, set, inference);
  const { context } = recorder;
  const count = call.num_images_per_prompt ?? 1;
  const words = { prompt: call.prompt ?? '', negativePrompt: call.negative_prompt ?? '' };
  const encoded =
    given ??
    (await textEncode.evaluate({ inputs: { text }, params: withDefaults(textEncode, words) }, context))['conditioning'];
  const prompt = encoded as { readonly positive: Tensor; readonly negative: Tensor };
  const start = typeof call.image !== 'string' || call.strength === undefined ? {} : await startOf(call.image);
  const params = {
    ...{ scheduler, steps: call.num_inference_steps, guidanceScale: call.guidance_scale, count, seed: call.seed },
    ...{ width: call.width ?? 0, height: call.height ?? 0, eta: call.eta ?? 0, denoise: call.strength ?? 1 },
  };
  const steered = await steer(prompt);
  const inputs = { unet: { ...unet, scheduler: call.scheduler.config }, prompt: steered, ...start, ...sampler };
  const { latent } = await unetSample.evaluate({ inputs, params: withDefaults(unetSample, params) }, context);
  const { image } = await vaeDecode.evaluate({ inputs: { vae, latent }, params: { tiling: 'off' } }, context);
  return recorder.compare({ prompt, count, made, images: image as readonly RgbImage[] });

  async function startOf(name: string) {
    const source = await decodeImage(readFileSync(set.path(name)), name);
    const settings = withDefaults(vaeEncode, { tiling: 'off', seed: call.seed });
    return vaeEncode.evaluate({ inputs: { vae, image: [source] }, params: settings }, context);
  }
}

export interface PlainCase {
  readonly goldenCase: GoldenCase;
  readonly set: GoldenSet;
  readonly inference: InferenceService;
}

/** The config of a case holds all other settings, so that the first name of a class serves. */
function schedulerName(className: string): SchedulerName | undefined {
  const found = Object.entries(SCHEDULER_CLASSES).find(([, known]) => known === className);
  return found?.[0] as SchedulerName | undefined;
}
