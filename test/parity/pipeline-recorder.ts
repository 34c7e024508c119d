import type { EvaluateContext, NodeDefinition } from '@unclip-studio/graph-core';
import {
  type Embed,
  type Feeds,
  type InferenceService,
  type RgbImage,
  type Tensor,
  tensor,
  type UnclipServices,
} from '@unclip-studio/nodes-unclip';
import { type Condition, concatRows, repeatRows, toUnitNhwc } from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks, type Tolerance, toLevelTolerance, toTolerance } from './compare.js';
import type { GoldenCase, GoldenSet } from './golden-set.js';
import type { CaseResult } from './parity-stage.js';

/** All params of a node: the given ones, and the defaults of the others. */
export function withDefaults(node: Pick<NodeDefinition, 'params'>, given: object): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(node.params).map(([name, param]) => [name, param.default] as const);
  return { ...Object.fromEntries(defaults), ...given };
}

/** Watches the nodes of one pipeline run from where they meet the models, and compares what it saw. */
export class PipelineRecorder {
  readonly checks: CaseChecks;
  /** What the nodes are to be evaluated with. */
  readonly context: EvaluateContext<UnclipServices>;
  readonly #unetFeeds: Feeds[] = [];
  readonly #unetOutputs: Tensor[] = [];
  readonly #decoded: Tensor[] = [];
  readonly #latents: Tensor[] = [];

  constructor(
    readonly goldenCase: GoldenCase,
    readonly set: GoldenSet,
    inference: InferenceService,
  ) {
    this.checks = new CaseChecks(goldenCase, set);
    this.context = {
      signal: new AbortController().signal,
      services: { inference: this.#recording(inference) } as UnclipServices,
      progress() {},
      preview: (value) => this.addLatents((value as { latent: Tensor }).latent),
      publish() {},
    };
  }

  /** The latents after one step. */
  addLatents(latents: Tensor): void {
    this.#latents.push(latents);
  }

  /** Everything that was recorded, and what the nodes gave, with the golden outputs of the same names. */
  compare({ embed, condition, prompt, count, images, made = {} }: Made): CaseResult {
    const bounds = this.goldenCase.tolerance as GoldenBounds;
    const tolerance = toTolerance(bounds.latents);
    const output = (name: string, values: Tensor) => {
      this.checks.output(name, values.data, { tolerance, dims: values.dims });
    };
    for (const [name, values] of Object.entries(made)) output(name, values);
    if (embed !== undefined) output('image_embeds', embed.rows);
    if (condition !== undefined) output('class_labels', condition.classLabels);
    if (prompt !== undefined) {
      output('prompt_embeds', repeatRows(prompt.positive, count));
      output('negative_prompt_embeds', repeatRows(prompt.negative, count));
    }
    this.#compareUnet(output, tolerance);
    output(
      'latents_after_step',
      tensor([this.#latents.length, ...(this.#latents[0]?.dims ?? [])], flat(this.#latents)),
    );
    // The set in the checkout leaves out the images of cases with several, to save room.
    if (this.goldenCase.outputs['image_nhwc'] !== undefined) {
      const image = concatRows('decoded', this.#decoded);
      const { max_abs: maxAbs, mean_abs: meanAbs } = bounds.image;
      this.checks.image('image_nhwc', toUnitNhwc(image).data, { maxAbs, meanAbs });
      this.#compareLevels(images, bounds.uint8);
    }
    return this.checks.result();
  }

  #compareUnet(output: (name: string, values: Tensor) => void, tolerance: Tolerance): void {
    const [first] = this.#unetFeeds;
    const [firstOutput, lastOutput] = [this.#unetOutputs.at(0), this.#unetOutputs.at(-1)];
    if (!first || !firstOutput || !lastOutput) {
      this.checks.fail('the UNet was never called');
      return;
    }
    output('unet_in0', first['sample'] as Tensor);
    if (first['class_labels']) output('class_labels_unet', first['class_labels'] as Tensor);
    output('encoder_hidden_states', first['encoder_hidden_states'] as Tensor);
    output('unet_out0', firstOutput);
    output('unet_out_last', lastOutput);
    const timesteps = this.#unetFeeds.map((feeds) => Number(feeds['timestep']?.data[0]));
    this.checks.output('timesteps_called', timesteps, { tolerance });
  }

  /** The manifest gives the float image; its levels are that image times 255, rounded half to even. */
  #compareLevels(images: readonly RgbImage[], words: string): void {
    const { levels, share } = toLevelTolerance(words);
    const expected = this.set.output(this.goldenCase, 'image_nhwc').data;
    const got = images.flatMap((image) => [...image.data]);
    let differing = 0;
    for (const [i, level] of got.entries()) {
      const error = Math.abs(level - roundHalfEven(Math.fround(Number(expected[i]) * 255)));
      if (!(error <= levels)) this.checks.fail(`uint8: value ${i} is ${error} levels off`);
      if (error > 0) differing++;
    }
    if (differing > share * got.length) this.checks.fail(`uint8: ${differing} of ${got.length} values differ`);
  }

  #recording(inference: InferenceService): InferenceService {
    return {
      run: async (model, feeds) => {
        const outputs = await inference.run(model, feeds);
        if (outputs['out_sample']) {
          this.#unetFeeds.push(feeds);
          this.#unetOutputs.push(outputs['out_sample']);
        }
        if (outputs['image']) this.#decoded.push(outputs['image']);
        return outputs;
      },
    };
  }
}

interface Made {
  readonly embed?: Embed;
  readonly condition?: Condition;
  readonly prompt?: { readonly positive: Tensor; readonly negative: Tensor };
  /** Others, by the names of golden outputs. */
  readonly made?: Readonly<Record<string, Tensor>>;
  /** Images for each prompt. */
  readonly count: number;
  readonly images: readonly RgbImage[];
}

interface GoldenBounds {
  readonly latents: unknown;
  readonly image: { readonly max_abs: number; readonly mean_abs: number };
  readonly uint8: string;
}

function flat(tensors: readonly Tensor[]): Float32Array {
  return concatRows('steps', tensors).data;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
