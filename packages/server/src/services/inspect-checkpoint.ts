import { basename } from 'node:path';
import {
  type Checkpoint,
  CheckpointError,
  type ModelFileKind,
  noiseScheduleOf,
  type PartDescription,
  type PriorCheckpoint,
  priorSchedulerFor,
  SchedulerConfigError,
  schedulerFor,
  UnknownSchedulerError,
  unclipVariantOf,
} from '@unclip-studio/nodes-unclip';
import { toSize } from './byte-size.js';
import { holdsPrior, holdsUnet } from './model-files.js';
import { needsOfModels } from './model-needs.js';
import {
  describeLocalParts,
  isSingleFile,
  openLocalCheckpoint,
  openLocalModel,
  openLocalPrior,
} from './open-local-checkpoint.js';
import type { WeightDigests } from './weight-digests.js';

/** Told of each fact as it is found, so that those before a fault are known too. */
export type SayFact = (name: string, value: string) => void;

/**
 * Says what a checkpoint or a prior is made of and what it needs, and opens all of it.
 *
 * @throws CheckpointError, SafetensorsError telling all that is wrong with it
 */
export async function inspectCheckpoint(path: string, weights: WeightDigests, say: SayFact): Promise<void> {
  say('layout', isSingleFile(path) ? 'one file with LDM names' : 'diffusers folder');
  const isPriorAlone = holdsPrior(path) && !holdsUnet(path);
  if (!isPriorAlone) {
    for (const part of await describeLocalParts(path, weights)) say(part.part, describePart(part));
    const checkpoint = await openLocalCheckpoint(basename(path), path, weights);
    for (const [what, value] of describeModel(checkpoint)) say(what, value);
    requireRunnable(checkpoint);
  }
  if (holdsPrior(path)) {
    const prior = await openLocalPrior(basename(path), path, weights);
    if (isPriorAlone) say('model', `prior: image embeddings of ${prior.embedDim}`);
    requireRunnablePrior(prior);
  }
  say('state', 'complete: every weight is there, in its shape, and its own scheduler can be used');
}

/**
 * The same of a model that comes by itself.
 *
 * @throws CheckpointError, SafetensorsError
 */
export async function inspectModelFile(
  kind: ModelFileKind,
  { path, weights }: { readonly path: string; readonly weights: WeightDigests },
  say: SayFact,
): Promise<void> {
  const model = await openLocalModel(kind, { name: basename(path), path, weights });
  // Of an adapter, opening it names its tensors; what they are shows when they are read.
  if ('modules' in model) say('modules', `${(await model.modules()).length} that it changes`);
  say('state', 'complete: every weight is there, in its shape');
}

/**
 * What opening a checkpoint does not build: its tokenizer and its own schedulers.
 *
 * @throws CheckpointError
 */
function requireRunnable(checkpoint: Checkpoint): void {
  const { unet, text } = checkpoint;
  if (checkpoint.noText === undefined) text.tokenizer.encodePadded('');
  requireScheduler('scheduler', 'Choose another scheduler in the node UNet Sample; the weights are all there.', () =>
    schedulerFor(unet, { scheduler: 'checkpoint', steps: DEFAULT_STEPS }),
  );
  if (!checkpoint.seesPictures || checkpoint.noText !== undefined) return;
  requireScheduler('image_noising_scheduler', 'Copy or download the checkpoint again.', () =>
    noiseScheduleOf(checkpoint.vision.embeds.noisingScheduler),
  );
}

/** The same of a prior. */
function requireRunnablePrior(prior: PriorCheckpoint): void {
  const { tokenizer } = prior;
  tokenizer.encodePadded('');
  requireScheduler('prior_scheduler', 'Copy or download the checkpoint again.', () =>
    priorSchedulerFor(prior, 'ddpm', DEFAULT_STEPS),
  );
}

const DEFAULT_STEPS = 20;

function requireScheduler(folder: string, cure: string, create: () => unknown): void {
  try {
    create();
  } catch (error) {
    if (!(error instanceof SchedulerConfigError || error instanceof UnknownSchedulerError)) throw error;
    throw new CheckpointError(`${folder}/scheduler_config.json: ${error.message}. ${cure}`);
  }
}

function describePart(part: PartDescription | { readonly files: null }): string {
  if (part.files === null) return 'cannot be read';
  const { parameters, dtypes, sizeBytes, files, leftAside } = part;
  const millions = `${(parameters / 1e6).toFixed(1)} M parameters`;
  const read = [millions, dtypes.join(' and '), toSize(sizeBytes), files.join(', ')].join(', ');
  return leftAside.length === 0 ? read : `${read} (not read: ${leftAside.join(', ')})`;
}

/** What only an opened checkpoint tells, so that it is known to be sound. */
function describeModel(checkpoint: Checkpoint): readonly (readonly [string, string])[] {
  const { config, latents, scheduler } = checkpoint.unet;
  const sidePx = config.sampleSize * latents.pixelsPerCell;
  return [
    ['model', describeKind(checkpoint)],
    ['picture', `${sidePx} x ${sidePx} px`],
    ['scheduler', `${scheduler['_class_name'] ?? 'unnamed'}, ${scheduler['prediction_type'] ?? 'epsilon'}`],
    ...describeStatistics(checkpoint),
    ['memory', describeMemory(checkpoint)],
  ];
}

function describeKind(checkpoint: Checkpoint): string {
  const text = `text states of ${checkpoint.unet.config.crossAttentionDim}`;
  if (!checkpoint.seesPictures) return `plain Stable Diffusion: no image embeddings, ${text}`;
  const { width } = checkpoint.vision.embeds;
  if (checkpoint.noText !== undefined) return `image variations: image embeddings of ${width} in the place of text`;
  return `${unclipVariantOf(2 * width)?.name ?? 'of its own kind'}: image embeddings of ${width}, ${text}`;
}

function describeStatistics(checkpoint: Checkpoint): readonly (readonly [string, string])[] {
  if (!checkpoint.seesPictures || checkpoint.noText !== undefined) return [];
  const { mean, std } = checkpoint.vision.embeds.normalizer;
  const isPlain = mean.every((value) => value === 0) && std.every((value) => value === 1);
  return [['statistics', isPlain ? 'none (mean 0, deviation 1)' : 'of the training embeddings']];
}

/** For one picture of the size that the model was trained for, with guidance, which doubles the batch. */
function describeMemory(checkpoint: Checkpoint): string {
  const { unet, text, vae, noText } = checkpoint;
  const { sampleSize: h, sampleSize: w } = unet.config;
  const models = [
    ...(checkpoint.seesPictures ? [checkpoint.vision.request()] : []),
    ...(noText === undefined ? [text.request()] : []),
    unet.request({ n: 2, h, w, t: noText === undefined ? text.config.maxPositionEmbeddings : 1 }),
    vae.decoder({ n: 1, h, w }),
  ];
  const { togetherBytes, largestBytes } = needsOfModels(models.map((model) => model.build()));
  return `about ${toSize(togetherBytes)} with all models loaded, ${toSize(largestBytes)} with one at a time`;
}
