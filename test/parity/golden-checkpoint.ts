import {
  type Checkpoint,
  type ModelFileKind,
  type OpenedModels,
  openCheckpoint,
  openPriorCheckpoint,
  type PriorCheckpoint,
} from '@unclip-studio/nodes-unclip';
import { requireUnclip, type UnclipCheckpoint } from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, openLocalModel, sha256 } from '@unclip-studio/server';
import type { GoldenSet } from './golden-set.js';

/** Opens a checkpoint of the set. */
export async function openGoldenCheckpoint(set: GoldenSet, name: string, variant?: 'fp16'): Promise<UnclipCheckpoint> {
  const folder = localCheckpointFolder(set.checkpoint(name));
  return requireUnclip(await openCheckpoint(name, folder, { hash: sha256, variant: variant ?? 'full' }));
}

/** Opens any checkpoint of the set, plain ones included. */
export function openAnyGoldenCheckpoint(set: GoldenSet, name: string): Promise<Checkpoint> {
  return openCheckpoint(name, localCheckpointFolder(set.checkpoint(name)), { hash: sha256 });
}

/** Opens a model that comes by itself. @param path in the set */
export function openGoldenModel<Kind extends ModelFileKind>(
  set: GoldenSet,
  kind: Kind,
  path: string,
): Promise<OpenedModels[Kind]> {
  return openLocalModel(kind, { name: path, path: set.path(path) });
}

/** Opens a prior of the set. */
export function openGoldenPrior(set: GoldenSet, name: string): Promise<PriorCheckpoint> {
  return openPriorCheckpoint(name, localCheckpointFolder(set.checkpoint(name)), { hash: sha256 });
}
