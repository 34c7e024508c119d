import { basename } from 'node:path';
import {
  describeCheckpoint,
  type ModelFileKind,
  type ModelRequest,
  requireRunnable,
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

/** Called with each fact as it is found, so that those before an error are known too. */
export type SayFact = (name: string, value: string) => void;

/**
 * Describes the parts and requirements of a checkpoint or a prior, and opens all of it.
 *
 * @throws CheckpointError with all problems
 */
export async function inspectCheckpoint(path: string, weights: WeightDigests, say: SayFact): Promise<void> {
  say('layout', isSingleFile(path) ? 'one file with LDM names' : 'diffusers folder');
  const isPriorAlone = holdsPrior(path) && !holdsUnet(path);
  if (!isPriorAlone) {
    for (const part of await describeLocalParts(path, weights)) say(part.part, describePart(part));
    const checkpoint = await openLocalCheckpoint(basename(path), path, weights);
    const { facts, models } = describeCheckpoint(checkpoint);
    for (const [what, value] of facts) say(what, value);
    say('memory', describeMemory(models));
    requireRunnable(checkpoint);
  }
  if (holdsPrior(path)) {
    const prior = await openLocalPrior(basename(path), path, weights);
    if (isPriorAlone) say('model', `prior: image embeddings of ${prior.embedDim}`);
    requireRunnable(prior);
  }
  say('state', 'complete: all weights exist with the right shapes, and its own scheduler can be used');
}

/**
 * The same of a model that comes by itself.
 *
 * @throws CheckpointError
 */
export async function inspectModelFile(
  kind: ModelFileKind,
  { path, weights }: { readonly path: string; readonly weights: WeightDigests },
  say: SayFact,
): Promise<void> {
  const model = await openLocalModel(kind, { name: basename(path), path, weights });
  // Opening an adapter only names its tensors; their content is checked when they are read.
  if ('modules' in model) say('modules', `${(await model.modules()).length} that it changes`);
  say('state', 'complete: every weight is there, in its shape');
}

function describePart(part: Awaited<ReturnType<typeof describeLocalParts>>[number]): string {
  if (part.files === null) return 'cannot be read';
  const { parameters, dtypes, sizeBytes, files, leftAside } = part;
  const millions = `${(parameters / 1e6).toFixed(1)} M parameters`;
  const read = [millions, dtypes.join(' and '), toSize(sizeBytes), files.join(', ')].join(', ');
  return leftAside.length === 0 ? read : `${read} (not read: ${leftAside.join(', ')})`;
}

/** What the models of one image take. */
function describeMemory(models: readonly ModelRequest[]): string {
  const { togetherBytes, largestBytes } = needsOfModels(models.map((model) => model.build()));
  return `about ${toSize(togetherBytes)} with all models loaded, ${toSize(largestBytes)} with one at a time`;
}
