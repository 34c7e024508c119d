import { readFileSync } from 'node:fs';
import { type Checkpoint, openCheckpoint, type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  concatRows,
  type Generator,
  repeatRows,
  textEncode,
  unetSample,
  vaeDecode,
  vaeEncode,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage, localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { generatorOf } from '../generators.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';

/** The call that a case records, as diffusers names things. */
interface PipelineCall {
  readonly checkpoint: string;
  readonly scheduler: { readonly class: string; readonly config: Readonly<Record<string, unknown>> };
  readonly image?: string | readonly string[];
  readonly prompt: string | readonly string[];
  readonly negative_prompt?: string | readonly string[];
  readonly seed: number | readonly number[];
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly num_images_per_prompt?: number;
  readonly height?: number;
  readonly width?: number;
  readonly strength?: number;
  readonly eta?: number;
}

/** Of prompts without areas, schedules and the like. */
interface PlainPrompt {
  readonly positive: Tensor;
  readonly negative: Tensor;
}

interface Latents {
  readonly samples: Tensor;
}

const sessions = createOrtSessions();

/** A prompt or several, one generator or a list of them, and latents that are given, with plain Stable Diffusion. */
function listStage(stage: string): ParityStage {
  return {
    stage,
    async run(goldenCase, set) {
      const call = goldenCase.params as unknown as PipelineCall;
      const folder = localCheckpointFolder(set.checkpoint(call.checkpoint));
      const checkpoint = await openCheckpoint(call.checkpoint, folder, { hash: sha256 });
      const recorder = new PipelineRecorder(goldenCase, set, sessions);
      const { context } = recorder;
      const prompt = await encodePrompts(call, checkpoint, recorder);
      const { class: _class_name, config } = call.scheduler;
      const count = call.num_images_per_prompt ?? 1;
      const start = await encodeStart(goldenCase, { set, checkpoint, recorder, images: prompt.positive.dims[0] ?? 1 });
      // With a list the images are as many as the generators already.
      const isRepeated = start.latent !== undefined && typeof call.seed !== 'number';
      const params = {
        ...{ scheduler: 'checkpoint', steps: call.num_inference_steps, guidanceScale: call.guidance_scale },
        ...{ width: call.width ?? 0, height: call.height ?? 0, eta: call.eta ?? 0, denoise: call.strength ?? 1 },
        count: isRepeated ? 1 : count,
      };
      const given = goldenCase.inputs['given_latents'];
      const noise = given && { samples: tensor(given.shape, set.inputFloats(goldenCase, 'given_latents')) };
      const inputs = {
        unet: { ...checkpoint.unet, scheduler: { ...config, _class_name } },
        prompt: isRepeated ? repeated(prompt, count) : prompt,
        ...start,
        ...(noise && { noise }),
      };
      const sampled = await unetSample.evaluate({ inputs, params: withDefaults(unetSample, params) }, context);
      const { latent } = sampled as unknown as { latent: Latents };
      const decoded = await vaeDecode.evaluate(
        { inputs: { vae: checkpoint.vae, latent }, params: { tiling: 'off' } },
        context,
      );
      return recorder.compare({ prompt, count, images: decoded['image'] as readonly RgbImage[] });
    },
    close: () => sessions.close(),
  };
}

export const txt2imgLists = listStage('txt2img_lists');
export const img2imgLists = listStage('img2img_lists');

async function encodePrompts(
  call: PipelineCall,
  { text }: Checkpoint,
  { context }: PipelineRecorder,
): Promise<PlainPrompt> {
  const negatives = [call.negative_prompt ?? ''].flat();
  const encoded: PlainPrompt[] = [];
  for (const [i, prompt] of [call.prompt].flat().entries()) {
    const params = withDefaults(textEncode, { prompt, negativePrompt: negatives[i] ?? negatives[0] });
    const { conditioning } = await textEncode.evaluate({ inputs: { text }, params }, context);
    encoded.push(conditioning as PlainPrompt);
  }
  const all = (side: 'positive' | 'negative') =>
    concatRows(
      'prompts',
      encoded.map((one) => one[side]),
    );
  return { positive: all('positive'), negative: all('negative') };
}

interface Start {
  readonly set: GoldenSet;
  readonly checkpoint: Checkpoint;
  readonly recorder: PipelineRecorder;
  /** Prompts. */
  readonly images: number;
}

/** The generator, and the latents of the images to start from if there are any. */
async function encodeStart(
  goldenCase: GoldenCase,
  { set, checkpoint, recorder, images }: Start,
): Promise<{ readonly generator: Generator; readonly latent?: Latents }> {
  const call = goldenCase.params as unknown as PipelineCall;
  const generator = generatorOf(call.seed);
  const given = goldenCase.inputs['given_image_latents'];
  if (given !== undefined) {
    return { generator, latent: { samples: tensor(given.shape, set.inputFloats(goldenCase, 'given_image_latents')) } };
  }
  if (call.image === undefined) return { generator };
  const names = [call.image].flat();
  const image = await Promise.all(names.map((name) => decodeImage(readFileSync(set.path(name)), name)));
  const total = images * (call.num_images_per_prompt ?? 1);
  const count = typeof call.seed === 'number' ? 1 : total / names.length;
  const params = withDefaults(vaeEncode, { count, tiling: 'off' });
  const inputs = { vae: checkpoint.vae, image, generator };
  return (await vaeEncode.evaluate({ inputs, params }, recorder.context)) as unknown as Awaited<
    ReturnType<typeof encodeStart>
  >;
}

function repeated({ positive, negative }: PlainPrompt, count: number): PlainPrompt {
  return { positive: repeatRows(positive, count), negative: repeatRows(negative, count) };
}
