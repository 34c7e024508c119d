import type { CancelSignal } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import type { PriorCheckpoint } from '../checkpoints/families/karlo.js';
import { pooledPosition } from '../models/clip-text-projection.js';
import { type InferenceService, runOrLeaveDevice } from '../models/inference.js';
import type { Scheduler } from '../schedulers/scheduler.js';
import { concatRows, repeatRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { NonFiniteError } from './denoise.js';
import { applyGuidance, isGuided } from './guidance.js';
import { unscaleEmbeds } from './noise-augment.js';

/** The prior's inputs for prompts; one row each. */
export interface PriorPrompts {
  /** float32 [n, d]: each prompt's one embedding. */
  readonly embeds: Tensor;
  /** float32 [n, t, d]: the states of its tokens. */
  readonly states: Tensor;
  /** float32 [n, t]: 1 for each of its tokens, 0 for padding. */
  readonly mask: Tensor;
}

/** Reads prompts with the prior's own text encoder. */
export async function encodePriorPrompts(
  { tokenizer, text, textModel }: PriorCheckpoint,
  inference: InferenceService,
  prompts: readonly string[],
): Promise<PriorPrompts> {
  const encoded = prompts.map((prompt) => tokenizer.encodePadded(prompt));
  const n = prompts.length;
  const t = text.maxPositionEmbeddings;
  const positions = encoded.map(({ ids }) => BigInt(pooledPosition(ids, text.eosTokenId)));
  const ids = encoded.flatMap((row) => row.ids);
  const { text_embeds: embeds, last_hidden_state: states } = await runOrLeaveDevice(inference, textModel(), {
    input_ids: { dtype: 'int64', dims: [n, t], data: BigInt64Array.from(ids, BigInt) },
    pool_positions: { dtype: 'int64', dims: [n, 1], data: BigInt64Array.from(positions) },
  });
  if (embeds === undefined || states === undefined) throw new Error('Internal error: the text encoder lacks an output');
  const mask = encoded.flatMap(({ attendedTokens }) =>
    Array.from({ length: t }, (_, i) => (i < attendedTokens ? 1 : 0)),
  );
  return { embeds, states, mask: tensor([n, t], Float32Array.from(mask)) };
}

export interface DrawPriorRequest {
  readonly checkpoint: PriorCheckpoint;
  readonly inference: InferenceService;
  readonly scheduler: Scheduler;
  readonly positive: PriorPrompts;
  /** Not looked at unless guidance is on. */
  readonly negative: PriorPrompts;
  /** Embeddings for each prompt. */
  readonly count: number;
  /** Guidance is on when it is greater than 1. */
  readonly guidanceScale: number;
  randn(count: number): Float32Array;
  /** After each call: how many of them are done. */
  onStep?(step: number, steps: number): void;
  readonly signal: CancelSignal;
}

/**
 * Draws CLIP image embeddings that go with prompts: the first half of text to image.
 *
 * @returns float32 [n * count, d], copies of a prompt side by side, at CLIP's scale
 * @throws NonFiniteError if the numbers run away
 * @see diffusers v0.42.1, pipeline_stable_unclip.py, __call__, steps 3 to 7
 */
export async function drawPrior(request: DrawPriorRequest): Promise<Tensor> {
  const { checkpoint, scheduler, guidanceScale, signal, count } = request;
  const guided = isGuided(guidanceScale);
  // The unconditional half comes first. The same for every step, so made once.
  const rows = (pick: (prompts: PriorPrompts) => Tensor) => {
    const positive = repeatRows(pick(request.positive), count);
    return guided ? concatRows('prior prompts', [repeatRows(pick(request.negative), count), positive]) : positive;
  };
  const feeds = {
    proj_embedding: rows(({ embeds }) => embeds),
    encoder_hidden_states: rows(({ states }) => states),
    attention_mask: rows(({ mask }) => mask),
  };
  const dims = [(request.positive.embeds.dims[0] ?? 0) * count, checkpoint.embedDim];
  const model = checkpoint.priorModel({ n: feeds.attention_mask.dims[0] ?? 0 });
  const noise = request.randn(dims.reduce((product, dim) => product * dim, 1));
  let sample = tensor(
    dims,
    noise.map((value) => value * scheduler.initNoiseSigma),
  );
  for (const [call, timestep] of scheduler.timesteps.entries()) {
    signal.throwIfAborted();
    const scaled = tensor(dims, scheduler.scaleModelInput(sample.data, call));
    const { predicted_image_embedding: predicted } = await runOrLeaveDevice(request.inference, model, {
      ...feeds,
      hidden_states: guided ? concatRows('prior samples', [scaled, scaled]) : scaled,
      timestep: tensor([1], Float32Array.of(timestep)),
    });
    if (predicted === undefined) throw new Error('Internal error: the prior has no output predicted_image_embedding');
    const modelOutput = guided ? applyGuidance(predicted.data, guidanceScale) : predicted.data;
    const next = scheduler.step({ modelOutput, sample: sample.data, call, randn: request.randn });
    if (!next.every(Number.isFinite)) {
      throw withReason(
        new NonFiniteError(
          `Prior step ${call + 1} of ${scheduler.timesteps.length}: expected finite numbers, got NaN or infinity. ` +
            'Try a smaller guidanceScale or more steps; if it stays, the prior is damaged.',
        ),
        { code: 'not-finite' },
      );
    }
    sample = tensor(dims, next);
    request.onStep?.(call + 1, scheduler.timesteps.length);
  }
  return unscaleEmbeds(sample, checkpoint.statistics);
}
