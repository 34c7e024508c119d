import type { Checkpoint } from '../checkpoints/checkpoint.js';
import type { PriorCheckpoint } from '../checkpoints/families/karlo.js';
import type { ModelRequest } from '../models/inference.js';
import { noiseScheduleOf } from '../schedulers/beta-schedule.js';
import { UnknownSchedulerError } from '../schedulers/index.js';
import { SchedulerConfigError } from '../schedulers/scheduler-config.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import { unclipVariantOf } from '../weights/single-file/unclip-variant.js';
import { priorSchedulerFor } from './prior-scheduler.js';
import { schedulerFor } from './scheduler-choices.js';

/** What is known only after opening a checkpoint, which also verifies it. */
export interface CheckpointDescription {
  /** For people: name and value of each. */
  readonly facts: readonly (readonly [string, string])[];
  /** For one image of the size that the model was trained for, with guidance, which doubles the batch. */
  readonly models: readonly ModelRequest[];
}

export function describeCheckpoint(checkpoint: Checkpoint): CheckpointDescription {
  const { unet, text, vae, noText } = checkpoint;
  const { sampleSize: h, sampleSize: w } = unet.config;
  const { latents, scheduler } = unet;
  const sidePx = h * latents.pixelsPerCell;
  return {
    facts: [
      ['model', describeKind(checkpoint)],
      ['image', `${sidePx} x ${sidePx} px`],
      ['scheduler', `${scheduler['_class_name'] ?? 'unnamed'}, ${scheduler['prediction_type'] ?? 'epsilon'}`],
      ...describeStatistics(checkpoint),
    ],
    models: [
      ...(checkpoint.seesImages ? [checkpoint.vision.request()] : []),
      ...(noText === undefined ? [text.request()] : []),
      unet.request({ n: 2, h, w, t: noText === undefined ? text.config.maxPositionEmbeddings : 1 }),
      vae.decoder({ n: 1, h, w }),
    ],
  };
}

/**
 * Checks what opening a checkpoint or a prior does not build: its tokenizer and its own schedulers.
 *
 * @throws CheckpointError
 */
export function requireRunnable(checkpoint: Checkpoint | PriorCheckpoint): void {
  if (!('unet' in checkpoint)) {
    checkpoint.tokenizer.encodePadded('');
    requireScheduler('prior_scheduler', RESTORE, () => priorSchedulerFor(checkpoint, 'ddpm', DEFAULT_STEPS));
    return;
  }
  const { unet, text, noText } = checkpoint;
  if (noText === undefined) text.tokenizer.encodePadded('');
  requireScheduler(
    'scheduler',
    'Choose another scheduler in the node Sampler (UNet Sample); the weights are all there.',
    () => schedulerFor(unet, { scheduler: 'checkpoint', steps: DEFAULT_STEPS }),
  );
  if (!checkpoint.seesImages || noText !== undefined) return;
  const { noisingScheduler } = checkpoint.vision.embeds;
  requireScheduler('image_noising_scheduler', RESTORE, () => noiseScheduleOf(noisingScheduler));
}

const DEFAULT_STEPS = 20;
const RESTORE = 'Copy or download the checkpoint again.';

function requireScheduler(folder: string, cure: string, create: () => unknown): void {
  try {
    create();
  } catch (error) {
    if (!(error instanceof SchedulerConfigError || error instanceof UnknownSchedulerError)) throw error;
    throw new CheckpointError(`${folder}/scheduler_config.json: ${error.message}. ${cure}`, { cause: error });
  }
}

function describeKind(checkpoint: Checkpoint): string {
  const text = `text states of ${checkpoint.unet.config.crossAttentionDim}`;
  if (!checkpoint.seesImages) return `plain Stable Diffusion: no image embeddings, ${text}`;
  const { width } = checkpoint.vision.embeds;
  if (checkpoint.noText !== undefined) return `image variations: image embeddings of ${width} in the place of text`;
  return `${unclipVariantOf(2 * width)?.name ?? 'of its own kind'}: image embeddings of ${width}, ${text}`;
}

function describeStatistics(checkpoint: Checkpoint): readonly (readonly [string, string])[] {
  if (!checkpoint.seesImages || checkpoint.noText !== undefined) return [];
  const { mean, std } = checkpoint.vision.embeds.normalizer;
  const isPlain = mean.every((value) => value === 0) && std.every((value) => value === 1);
  return [['statistics', isPlain ? 'none (mean 0, deviation 1)' : 'of the training embeddings']];
}
