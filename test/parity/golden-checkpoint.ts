import { openCheckpoint, openPriorCheckpoint, type PriorCheckpoint } from '@unclip-studio/nodes-unclip';
import { requireUnclip, type UnclipCheckpoint } from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import type { GoldenSet } from './golden-set.js';

/** Opens a checkpoint of the set. */
export async function openGoldenCheckpoint(set: GoldenSet, name: string, variant?: 'fp16'): Promise<UnclipCheckpoint> {
  const folder = localCheckpointFolder(set.checkpoint(name));
  return requireUnclip(await openCheckpoint(name, folder, { hash: sha256, variant: variant ?? 'full' }));
}

/** Opens a prior of the set. */
export function openGoldenPrior(set: GoldenSet, name: string): Promise<PriorCheckpoint> {
  return openPriorCheckpoint(name, localCheckpointFolder(set.checkpoint(name)), { hash: sha256 });
}
