import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type Checkpoint,
  CheckpointError,
  type CheckpointFolder,
  describeParts,
  type LayoutOptions,
  openCheckpoint,
  openPriorCheckpoint,
  type PriorCheckpoint,
} from '@unclip-studio/nodes-unclip';
import { CLIP_MERGES_FILE } from './bundled-folders.js';
import { localCheckpointFolder } from './local-checkpoint-folder.js';
import { sha256 } from './sha256.js';

/**
 * Opens a checkpoint on disk.
 *
 * @param path a diffusers folder, or a `.safetensors` file with LDM names
 * @throws CheckpointError
 */
export function openLocalCheckpoint(name: string, path: string): Promise<Checkpoint> {
  const { folder, options } = toFolder(path);
  return openCheckpoint(name, folder, { hash: sha256, ...options });
}

/**
 * Opens a prior on disk.
 *
 * @param path a folder; no prior comes in one file
 * @throws CheckpointError
 */
export async function openLocalPrior(name: string, path: string): Promise<PriorCheckpoint> {
  if (isSingleFile(path)) {
    throw new CheckpointError(
      `Prior "${name}": expected a folder with a Karlo prior, got a file. Take another checkpoint.`,
    );
  }
  return openPriorCheckpoint(name, localCheckpointFolder(path), { hash: sha256 });
}

/** What the weights of each part are, also of a checkpoint that cannot be opened. */
export function describeLocalParts(path: string): ReturnType<typeof describeParts> {
  const { folder, options } = toFolder(path);
  return describeParts(folder, options);
}

function toFolder(path: string): { readonly folder: CheckpointFolder; readonly options: LayoutOptions } {
  if (!isSingleFile(path)) return { folder: localCheckpointFolder(path), options: {} };
  const singleFile = { path: basename(path), clipMerges: () => readFile(CLIP_MERGES_FILE, 'utf8') };
  return { folder: localCheckpointFolder(dirname(path)), options: { singleFile } };
}

/** Whether the path is that of a checkpoint in one file, and not of a folder. */
export function isSingleFile(path: string): boolean {
  return path.endsWith('.safetensors') && !statSync(path, { throwIfNoEntry: false })?.isDirectory();
}
