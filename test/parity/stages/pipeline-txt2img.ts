import type { Embed, PriorCheckpoint, RgbImage, Tensor } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  concatRows,
  drawPrior,
  encodePriorPrompts,
  imagePrior,
  noiseAugment,
  priorSchedulerFor,
  repeatRows,
  SCHEDULER_CLASSES,
  type TextModel,
  TorchGenerator,
  type TorchGeneratorState,
  textEncode,
  unetSample,
  type VisionModel,
  vaeDecode,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { toTolerance } from '../compare.js';
import { openGoldenCheckpoint, openGoldenPrior } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';

/** The call that a case records, as diffusers names things. */
interface PipelineCall {
  readonly checkpoint: string;
  readonly prior_checkpoint: string;
  readonly prior_scheduler: 'DDPMScheduler' | 'UnCLIPScheduler';
  readonly scheduler: string;
  readonly prompt: string | readonly string[];
  readonly negative_prompt?: string;
  readonly seed: number;
  readonly prior_num_inference_steps?: number;
  readonly prior_guidance_scale?: number;
  readonly num_inference_steps?: number;
  readonly guidance_scale?: number;
  readonly noise_level?: number;
  readonly num_images_per_prompt?: number;
}

type GeneratorValue = { readonly state: TorchGeneratorState };
type Sampled = { readonly latent: { readonly samples: Tensor }; readonly generator: GeneratorValue };

const sessions = createOrtSessions();

/** Text to image through the prior, with the product's own nodes, one random stream from end to end. */
export const pipelineTxt2img: ParityStage = {
  stage: 'pipeline_txt2img',
  async run(goldenCase, set) {
    const call = goldenCase.params as unknown as PipelineCall;
    const checkpoint = await openGoldenCheckpoint(set, call.checkpoint);
    const prior = await openGoldenPrior(set, call.prior_checkpoint);
    const recorder = new PipelineRecorder(goldenCase, set, sessions);
    const { context } = recorder;
    const { unet, vae, text, vision } = checkpoint;
    const count = call.num_images_per_prompt ?? 1;

    const imagined = await imagine(call, { prior, vision, count }, recorder);
    const { embed } = imagined;
    const augmentInputs = { embed, generator: imagined.generator };
    const augmentParams = withDefaults(noiseAugment, { noiseLevel: call.noise_level ?? 0, seed: 0 });
    const augmented = await noiseAugment.evaluate({ inputs: augmentInputs, params: augmentParams }, context);
    const { condition, generator } = augmented as { condition: Condition; generator: GeneratorValue };
    const prompt = await encode(call, text, recorder);
    // Each image has its own embedding, so the prompts are repeated here and the sampler draws one of each.
    const scheduler = Object.entries(SCHEDULER_CLASSES).find(([, name]) => name === call.scheduler)?.[0];
    const params = {
      ...{ scheduler, steps: call.num_inference_steps ?? 20, guidanceScale: call.guidance_scale ?? 10, count: 1 },
      ...{ width: 0, height: 0, eta: 0, karrasSigmas: false, timestepSpacing: 'default', rescaleZeroSnr: false },
      ...{ denoise: 1, seed: 0 },
    };
    const perImage = {
      positive: repeatRows(prompt.positive, count),
      negative: repeatRows(prompt.negative, count),
    };
    const inputs = { unet, prompt: perImage, image: condition, generator };
    const { latent } = (await unetSample.evaluate(
      { inputs, params: withDefaults(unetSample, params) },
      context,
    )) as unknown as Sampled;
    const { image } = await vaeDecode.evaluate({ inputs: { vae, latent }, params: { tiling: 'off' } }, context);
    return recorder.compare({ embed, condition, prompt, count, images: image as readonly RgbImage[] });
  },
  close: () => sessions.close(),
};

interface Imagine {
  readonly prior: PriorCheckpoint;
  readonly vision: VisionModel;
  readonly count: number;
}

async function imagine(
  call: PipelineCall,
  { prior, vision, count }: Imagine,
  { checks, goldenCase, context }: PipelineRecorder,
): Promise<{ readonly embed: Embed; readonly generator: GeneratorValue }> {
  const scheduler = call.prior_scheduler === 'DDPMScheduler' ? 'ddpm' : 'unclip';
  const steps = call.prior_num_inference_steps ?? 25;
  const guidanceScale = call.prior_guidance_scale ?? 4;
  const dims = (rows: number) => [rows, prior.embedDim];
  const prompts = [call.prompt].flat();
  const noise = new TorchGenerator(call.seed).randn(prompts.length * count * prior.embedDim);
  const tolerance = toTolerance((goldenCase.tolerance as { readonly latents: unknown }).latents);
  checks.output('prior_initial_latents', noise, { tolerance, dims: dims(prompts.length * count) });
  if (prompts.length === 1) {
    const params = { prompt: prompts[0], negativePrompt: '', steps, guidanceScale, count, scheduler, seed: call.seed };
    const inputs = { prior: { checkpoint: prior }, vision };
    return (await imagePrior.evaluate({ inputs, params }, context)) as unknown as Awaited<ReturnType<typeof imagine>>;
  }
  // What the node does not offer: several prompts in one draw.
  const generator = new TorchGenerator(call.seed);
  const { inference } = context.services;
  const rows = await drawPrior({
    ...{ checkpoint: prior, inference, count, guidanceScale, signal: context.signal },
    scheduler: priorSchedulerFor(prior, scheduler, steps),
    positive: await encodePriorPrompts(prior, inference, prompts),
    negative: await encodePriorPrompts(
      prior,
      inference,
      prompts.map(() => ''),
    ),
    randn: (size) => generator.randn(size),
  });
  return { embed: { rows, space: vision.embeds }, generator: { state: generator.state() } };
}

async function encode(
  call: PipelineCall,
  text: TextModel,
  { context }: PipelineRecorder,
): Promise<{ readonly positive: Tensor; readonly negative: Tensor }> {
  const encoded: { positive: Tensor; negative: Tensor }[] = [];
  for (const prompt of [call.prompt].flat()) {
    const params = { prompt, negativePrompt: call.negative_prompt ?? '' };
    const { conditioning } = await textEncode.evaluate(
      { inputs: { text }, params: withDefaults(textEncode, params) },
      context,
    );
    encoded.push(conditioning as { positive: Tensor; negative: Tensor });
  }
  const all = (pick: (one: { positive: Tensor; negative: Tensor }) => Tensor) =>
    concatRows('prompts', encoded.map(pick));
  return { positive: all((one) => one.positive), negative: all((one) => one.negative) };
}
