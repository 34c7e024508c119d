import { readFileSync } from 'node:fs';
import type { EvaluateContext } from '@unclip-studio/graph-core';
import {
  type Embed,
  type RgbImage,
  type SchedulerName,
  type Tensor,
  tensor,
  type UnclipServices,
} from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  clipImageEmbed,
  concatRows,
  type Generator,
  noiseAugment,
  SCHEDULER_CLASSES,
  TorchGenerator,
  textEncode,
  type UnclipCheckpoint,
  unetSample,
  vaeDecode,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { generatorOf } from '../generators.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';
import type { PlainCase } from '../plain-pipeline.js';

/** The call that a pipeline case records, as diffusers names things. */
interface PipelineCall {
  readonly checkpoint: string;
  readonly variant?: 'fp16';
  readonly scheduler: { readonly class: string; readonly config: Readonly<Record<string, unknown>> };
  readonly image?: string | readonly string[] | null;
  readonly prompt?: string | readonly string[] | null;
  readonly negative_prompt?: string | readonly string[] | null;
  readonly seed: number | readonly number[];
  readonly num_inference_steps?: number;
  readonly guidance_scale?: number;
  readonly noise_level?: number;
  readonly num_images_per_prompt?: number;
  readonly height?: number;
  readonly width?: number;
  readonly eta?: number;
}

const sessions = createOrtSessions();

/** Whole pipelines through the product's own nodes, from the image's file to the finished image. */
export const pipelineImg2img: ParityStage = {
  stage: 'pipeline_img2img',
  run: (goldenCase, set) => runImg2img({ goldenCase, set, inference: sessions }),
  close: () => sessions.close(),
};

/** @param steer what is done to the prompts before they are drawn */
export async function runImg2img(
  { goldenCase, set, inference }: PlainCase,
  steer: Steer = async (prompt) => prompt,
): Promise<CaseResult> {
  const call = goldenCase.params as unknown as PipelineCall;
  const name = schedulerName(call.scheduler.class);
  if (name === undefined)
    return { outcome: 'unsupported', reason: `scheduler ${call.scheduler.class} is not here yet` };
  const opened = await openGoldenCheckpoint(set, call.checkpoint, call.variant);
  const checkpoint = { ...opened, unet: { ...opened.unet, scheduler: call.scheduler.config } };
  const recorder = new PipelineRecorder(goldenCase, set, inference);
  return new PipelineRun(recorder, call, checkpoint, name, steer).run();
}

type Steer = (prompt: Conditioning) => Promise<Conditioning>;

/** The config of the case holds all other settings, so that the first name of a class serves. */
function schedulerName(className: string): SchedulerName | undefined {
  const found = Object.entries(SCHEDULER_CLASSES).find(([, known]) => known === className);
  return found?.[0] as SchedulerName | undefined;
}

class PipelineRun {
  readonly #context: EvaluateContext<UnclipServices>;
  readonly goldenCase: GoldenCase;
  readonly set: GoldenSet;

  constructor(
    readonly recorder: PipelineRecorder,
    readonly call: PipelineCall,
    readonly checkpoint: UnclipCheckpoint,
    readonly scheduler: SchedulerName,
    readonly steer: Steer,
  ) {
    this.goldenCase = recorder.goldenCase;
    this.set = recorder.set;
    this.#context = recorder.context;
  }

  async run(): Promise<CaseResult> {
    const embed = await this.#embed();
    const { condition, generator } = await this.#augment(embed);
    const prompt = await this.#encodePrompts();
    const samples = await this.#sample(condition, await this.steer(prompt), generator);
    const { image } = await vaeDecode.evaluate(
      { inputs: { vae: this.checkpoint.vae, latent: { samples } }, params: { tiling: 'off' } },
      this.#context,
    );
    this.#compareNoise(embed);
    return this.recorder.compare({
      embed,
      condition,
      prompt,
      count: this.#count(),
      images: image as readonly RgbImage[],
    });
  }

  async #embed(): Promise<Embed> {
    const { image } = this.call;
    if (!image) return { rows: this.#given('given_image_embeds'), space: this.checkpoint.vision.embeds };
    const names = typeof image === 'string' ? [image] : image;
    const images = await Promise.all(names.map((name) => decodeImage(readFileSync(this.set.path(name)), name)));
    const inputs = { vision: this.checkpoint.vision, image: images };
    return (await clipImageEmbed.evaluate({ inputs, params: {} }, this.#context))['embed'] as Embed;
  }

  async #augment(embed: Embed): Promise<{ condition: Condition; generator: Generator }> {
    const params = withDefaults(noiseAugment, { noiseLevel: this.call.noise_level ?? 0 });
    const inputs = { embed, generator: generatorOf(this.call.seed) };
    const augmented = await noiseAugment.evaluate({ inputs, params }, this.#context);
    return augmented as unknown as { condition: Condition; generator: Generator };
  }

  async #encodePrompts(): Promise<{ positive: Tensor; negative: Tensor }> {
    const prompts = toList(this.call.prompt);
    const negatives = toList(this.call.negative_prompt);
    const encoded: { positive: Tensor; negative: Tensor }[] = [];
    for (const [i, prompt] of prompts.entries()) {
      const params = { prompt, negativePrompt: negatives[i] ?? negatives[0] ?? '' };
      const inputs = { text: this.checkpoint.text };
      const { conditioning } = await textEncode.evaluate(
        { inputs, params: withDefaults(textEncode, params) },
        this.#context,
      );
      encoded.push(conditioning as { positive: Tensor; negative: Tensor });
    }
    return {
      positive: concatRows(
        'prompts',
        encoded.map(({ positive }) => positive),
      ),
      negative: concatRows(
        'prompts',
        encoded.map(({ negative }) => negative),
      ),
    };
  }

  async #sample(image: Condition, prompt: Conditioning, generator: Generator): Promise<Tensor> {
    const params = {
      scheduler: this.scheduler,
      steps: this.#steps(),
      guidanceScale: this.#guidanceScale(),
      count: this.#count(),
      width: this.call.width ?? 0,
      height: this.call.height ?? 0,
      eta: this.call.eta ?? 0,
      karrasSigmas: false,
      timestepSpacing: 'default',
      rescaleZeroSnr: false,
      denoise: 1,
      seed: 0,
    };
    const noise = this.goldenCase.outputs['given_latents'] && { samples: this.#given('given_latents') };
    const inputs = { unet: this.checkpoint.unet, prompt, image, generator, ...(noise && { noise }) };
    const { latent } = await unetSample.evaluate({ inputs, params: withDefaults(unetSample, params) }, this.#context);
    return (latent as { samples: Tensor }).samples;
  }

  #compareNoise(embed: Embed): void {
    if (!this.goldenCase.inputs['augment_noise'] || typeof this.call.seed !== 'number') return;
    const drawn = new TorchGenerator(this.call.seed).randn(embed.rows.data.length);
    this.recorder.checks.values(
      'augment_noise',
      drawn,
      this.set.inputFloats(this.goldenCase, 'augment_noise'),
      'exact',
    );
  }

  #given(name: string): Tensor {
    const { dims, data } = this.set.output(this.goldenCase, name);
    return tensor(dims, data as Float32Array);
  }

  #steps(): number {
    return this.call.num_inference_steps ?? 20;
  }

  #guidanceScale(): number {
    return this.call.guidance_scale ?? 10;
  }

  #count(): number {
    return this.call.num_images_per_prompt ?? 1;
  }
}

function toList(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [''];
  return typeof value === 'string' ? [value] : value;
}
