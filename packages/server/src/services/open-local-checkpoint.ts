import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Checkpoint, openCheckpoint, type WeightVariant } from '@unclip-studio/nodes-unclip';
import { CLIP_MERGES_FILE } from './bundled-folders.js';
import { localCheckpointFolder } from './local-checkpoint-folder.js';
import { sha256 } from './sha256.js';

/**
 * Opens a checkpoint on disk.
 *
 * @param path a diffusers folder, or a `.safetensors` file with LDM names
 * @throws CheckpointError
 */
export function openLocalCheckpoint(
  name: string,
  path: string,
  options: { readonly variant?: WeightVariant } = {},
): Promise<Checkpoint> {
  if (!isSingleFile(path)) return openCheckpoint(name, localCheckpointFolder(path), { hash: sha256, ...options });
  const singleFile = { path: basename(path), clipMerges: () => readFile(CLIP_MERGES_FILE, 'utf8') };
  return openCheckpoint(name, localCheckpointFolder(dirname(path)), { hash: sha256, singleFile });
}

/** Whether the path is that of a checkpoint in one file, and not of a folder. */
export function isSingleFile(path: string): boolean {
  return path.endsWith('.safetensors');
}
