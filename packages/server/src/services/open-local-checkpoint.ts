import { type Stats, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withReason } from '@unclip-studio/graph-core';
import {
  type Checkpoint,
  CheckpointError,
  type CheckpointFolder,
  describeParts,
  type LayoutOptions,
  type ModelFileKind,
  type OpenedModels,
  openCheckpoint,
  openModelFile,
  openPreviewDecoder,
  openPriorCheckpoint,
  type PreviewDecoder,
  type PriorCheckpoint,
} from '@unclip-studio/nodes-unclip';
import { sha256 } from '../common/sha256.js';
import { isSingleFileName } from './find-checkpoints.js';
import { localCheckpointFolder } from './local-checkpoint-folder.js';
import { CLIP_MERGES_FILE } from './program.js';
import { createWeightDigests, type WeightDigests } from './weight-digests.js';

/**
 * Opens a checkpoint on disk.
 *
 * @param path a diffusers folder, or a `.safetensors` file with LDM names
 * @param weights digests of the weights of this machine; kept in memory when left out
 * @throws CheckpointError
 */
export async function openLocalCheckpoint(name: string, path: string, weights?: WeightDigests): Promise<Checkpoint> {
  const { folder, options } = toFolder(path, weights);
  return openCheckpoint(name, folder, { ...identifying(weights), ...options });
}

/**
 * Opens a prior on disk.
 *
 * @param path a folder; no prior comes in one file
 * @throws CheckpointError
 */
export async function openLocalPrior(name: string, path: string, weights?: WeightDigests): Promise<PriorCheckpoint> {
  if (isSingleFile(path)) {
    throw withReason(
      new CheckpointError(
        `Prior "${name}": expected a folder with a Karlo prior, got a file. Take another checkpoint.`,
      ),
      { code: 'model-cannot', model: name, what: 'be-a-prior' },
    );
  }
  return openPriorCheckpoint(name, localCheckpointFolder(path, weights), identifying(weights));
}

function identifying(weights: WeightDigests = createWeightDigests()) {
  return { hash: sha256, remember: weights.remember };
}

/**
 * Opens a model that comes by itself.
 *
 * @param path a file or a folder
 * @throws CheckpointError
 */
export async function openLocalModel<Kind extends ModelFileKind>(
  kind: Kind,
  { name, path, weights }: { readonly name: string; readonly path: string; readonly weights?: WeightDigests },
): Promise<OpenedModels[Kind]> {
  return openModelFile(kind, name, { hash: sha256, location: locationOf(path, weights) });
}

/**
 * Opens the decoder of a TAESD.
 *
 * @param path a file or a folder
 * @throws CheckpointError
 */
export async function openLocalPreviewDecoder(
  { name, path }: { readonly name: string; readonly path: string },
  weights?: WeightDigests,
): Promise<PreviewDecoder> {
  return openPreviewDecoder(name, locationOf(path, weights), { hash: sha256 });
}

function locationOf(path: string, weights: WeightDigests | undefined) {
  const isFolder = kindOf(path)?.isDirectory() ?? false;
  return { folder: localCheckpointFolder(dirname(path), weights), path: basename(path), isFolder };
}

/** What the weights of each part are, also of a checkpoint that cannot be opened. */
export async function describeLocalParts(path: string, weights?: WeightDigests): ReturnType<typeof describeParts> {
  const { folder, options } = toFolder(path, weights);
  return describeParts(folder, options);
}

function toFolder(
  path: string,
  weights?: WeightDigests,
): { readonly folder: CheckpointFolder; readonly options: LayoutOptions } {
  if (!isSingleFile(path)) {
    requireFolder(path);
    return { folder: localCheckpointFolder(path, weights), options: {} };
  }
  const singleFile = { path: basename(path), clipMerges: readClipMerges };
  return { folder: localCheckpointFolder(dirname(path), weights), options: { singleFile } };
}

async function readClipMerges(): Promise<string> {
  return gunzipSync(await readFile(CLIP_MERGES_FILE)).toString('utf8');
}

/** Whether the path is a checkpoint in one file, and not a folder. */
export function isSingleFile(path: string): boolean {
  return isSingleFileName(path) && !kindOf(path)?.isDirectory();
}

/** @throws CheckpointError for a file of any other kind */
function requireFolder(path: string): void {
  if (!kindOf(path)?.isFile()) return;
  throw withReason(
    new CheckpointError(
      `"${path}": expected the folder of a checkpoint or a .safetensors file, got another file. Name the folder it lies in`,
    ),
    { code: 'model-file', file: path, fault: 'wrong-kind', detail: 'expected a checkpoint', more: 0 },
  );
}

/** `undefined` if it does not exist or is not accessible. */
function kindOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Opening it says why.
    return undefined;
  }
}
