import { readFileSync } from 'node:fs';
import { type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  binaryMask,
  type Conditioning,
  concatRows,
  depthChannel,
  depthConditioning,
  inpaintConditioning,
  maskOfCells,
  preprocessVae,
  textEncode,
  type UnetMap,
  unetSample,
  upscaleConditioning,
  vaeDecode,
  vaeEncode,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { CaseChecks, expectRefusal, toTolerance } from '../compare.js';
import { openAnyGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';

/** The call that a case records, as diffusers names things. */
interface Call {
  readonly checkpoint: string;
  readonly scheduler: { readonly class: string; readonly config: Readonly<Record<string, unknown>> };
  readonly prompt: string | readonly string[];
  readonly negative_prompt?: string | null;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly height?: number | null;
  readonly width?: number | null;
  readonly strength?: number;
  readonly image: string | readonly string[];
  readonly mask?: string;
  readonly seed: number;
  readonly num_images_per_prompt?: number;
  readonly noise_level?: number;
}

const sessions = createOrtSessions();

/** The mask rules of diffusers' inpainting by themselves. */
export const inpaintMask: ParityStage = {
  stage: 'inpaint_mask',
  async run(goldenCase, set) {
    const { image, mask, width, height } = goldenCase.params as { readonly [Name in 'image' | 'mask']: string } & {
      readonly [Name in 'width' | 'height']: number;
    };
    const size = { width, height };
    const redrawn = binaryMask(await load(set, mask), size);
    const pixels = preprocessVae(await load(set, image), { ...size, multipleOf: 8 });
    const masked = pixels.data.map((value, i) => value * (redrawn[i % redrawn.length] === 1 ? 0 : 1));
    const { mask: exact, ...tolerance } = goldenCase.tolerance as { readonly mask: unknown };
    return new CaseChecks(goldenCase, set)
      .output('mask', redrawn, { tolerance: toTolerance(exact), dims: [1, 1, height, width] })
      .output('mask_latent', maskOfCells(redrawn, size, 8), { tolerance: 'exact' })
      .output('masked_image', masked, { tolerance: toTolerance(tolerance) })
      .output('init_image', pixels.data, { tolerance: toTolerance(tolerance) })
      .result();
  },
};

/** StableDiffusionInpaintPipeline, with inpainting checkpoints and plain ones. */
export const inpaint: ParityStage = {
  stage: 'inpaint',
  async run(goldenCase, set) {
    const run = await openRun(goldenCase, set);
    const { call, checkpoint, recorder } = run;
    const { strength = 1 } = call;
    const isOwnKind = checkpoint.unet.config.inChannels === 9;
    const sidePx = 8 * checkpoint.unet.config.sampleSize;
    const size = { width: call.width ?? sidePx, height: call.height ?? sidePx };
    const maskImage = [await load(set, String(call.mask))];
    const params = withDefaults(inpaintConditioning, {
      ...{ ...size, seed: call.seed, tiling: 'off' },
      sampled: strength < 1 || !isOwnKind,
    });
    const inputs = { vae: checkpoint.vae, image: [await load(set, String(call.image))], maskImage };
    const prepared = await inpaintConditioning.evaluate({ inputs, params }, recorder.context);
    const {
      map,
      latent,
      mask: cells,
      generator,
    } = prepared as { readonly map: UnetMap; readonly [name: string]: unknown };
    const start = strength < 1 || !isOwnKind ? { latent } : {};
    const own = isOwnKind ? { map } : { mask: cells };
    recorder.checks.output('mask_latent', map.known.data, { tolerance: 'exact' });
    return sample(run, { ...start, ...own, generator }, { denoise: strength, pureNoise: true });
  },
  close: () => sessions.close(),
};

/** StableDiffusionDepth2ImgPipeline with a depth map that is given. */
export const depth: ParityStage = {
  stage: 'depth',
  async run(goldenCase, set) {
    const run = await openRun(goldenCase, set);
    const { call, checkpoint, recorder } = run;
    const image = [await load(set, String(call.image))];
    const settings = withDefaults(vaeEncode, { tiling: 'off', seed: call.seed });
    const start = await vaeEncode.evaluate(
      { inputs: { vae: checkpoint.vae, image }, params: settings },
      recorder.context,
    );
    const given = set.input(goldenCase, 'depth_map');
    const [, height = 0, width = 0] = given.dims;
    const map = tensor([1, 1, height, width], set.inputFloats(goldenCase, 'depth_map'));
    const [, , h = 0, w = 0] = (start['latent'] as { readonly samples: Tensor }).samples.dims;
    const known = depthChannel(map, { h, w });
    // The node takes a depth image of 8 bits; from there on all is the same.
    const flat = { width, height, data: new Uint8Array(3 * width * height) };
    const inputs = { depth: [flat], latent: start['latent'] };
    const params = withDefaults(depthConditioning, {});
    const { map: asMade } = await depthConditioning.evaluate({ inputs, params }, recorder.context);
    recorder.checks.output('depth_mask', known.data);
    return sample(run, { ...start, map: { ...(asMade as UnetMap), known } }, { denoise: call.strength ?? 1 });
  },
  close: () => sessions.close(),
};

/** StableDiffusionUpscalePipeline: four times as large. */
export const upscale: ParityStage = {
  stage: 'upscale',
  async run(goldenCase, set) {
    const { params } = goldenCase;
    const checkpoint = await openAnyGoldenCheckpoint(set, String(params['checkpoint']));
    const names = [params['image']].flat().map(String);
    const image = await Promise.all(names.map((name) => load(set, name)));
    const inputs = { unet: checkpoint.unet, image };
    const settings = withDefaults(upscaleConditioning, {
      noiseLevel: params['noise_level'],
      seed: params['seed'] ?? 0,
    });
    const recorder = new PipelineRecorder(goldenCase, set, sessions);
    const prepare = () => upscaleConditioning.evaluate({ inputs, params: settings }, recorder.context);
    if (goldenCase.error !== null) return expectRefusal(goldenCase, prepare);
    return sample(await openRun(goldenCase, set), { ...(await prepare()) }, {});
  },
  close: () => sessions.close(),
};

interface Run {
  readonly goldenCase: GoldenCase;
  readonly call: Call;
  readonly checkpoint: Awaited<ReturnType<typeof openAnyGoldenCheckpoint>>;
  readonly recorder: PipelineRecorder;
}

async function openRun(goldenCase: GoldenCase, set: GoldenSet): Promise<Run> {
  const call = goldenCase.params as unknown as Call;
  const checkpoint = await openAnyGoldenCheckpoint(set, call.checkpoint);
  return { goldenCase, call, checkpoint, recorder: new PipelineRecorder(goldenCase, set, sessions) };
}

/** The steps, and the image, compared with all that the case has. */
async function sample({ call, checkpoint, recorder }: Run, connected: object, settings: object): Promise<CaseResult> {
  const { context } = recorder;
  const encoded: Conditioning[] = [];
  for (const prompt of [call.prompt].flat()) {
    const params = withDefaults(textEncode, { prompt, negativePrompt: call.negative_prompt ?? '' });
    const { conditioning } = await textEncode.evaluate({ inputs: { text: checkpoint.text }, params }, context);
    encoded.push(conditioning as Conditioning);
  }
  const side = (name: 'positive' | 'negative') =>
    concatRows(
      'prompts',
      encoded.map((one) => one[name] as Tensor),
    );
  const prompt = { positive: side('positive'), negative: side('negative') };
  const { class: _class_name, config } = call.scheduler;
  const count = call.num_images_per_prompt ?? 1;
  const params = withDefaults(unetSample, {
    ...{ scheduler: 'checkpoint', steps: call.num_inference_steps, guidanceScale: call.guidance_scale, count },
    ...settings,
  });
  const unet = { ...checkpoint.unet, scheduler: { ...config, _class_name } };
  const { latent } = await unetSample.evaluate({ inputs: { unet, prompt, ...connected }, params }, context);
  const decoding = { inputs: { vae: checkpoint.vae, latent }, params: { tiling: 'off' } };
  const { image } = await vaeDecode.evaluate(decoding, context);
  return recorder.compare({ prompt, count, images: image as readonly RgbImage[] });
}

async function load(set: GoldenSet, name: string): Promise<RgbImage> {
  return decodeImage(readFileSync(set.path(name)), name);
}
