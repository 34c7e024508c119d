import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { adviceOnFormerCheckpoint } from '@unclip-studio/nodes-unclip';
import { currentSnapshot, findCheckpoints } from '../../services/find-checkpoints.js';
import { inspectCheckpoint } from '../../services/inspect-checkpoint.js';
import { fromCwd, type Surroundings } from '../../services/surroundings.js';
import { createWeightDigests } from '../../services/weight-digests.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip models inspect`: the parts of a checkpoint, what it needs, and all its problems.
 *
 * @throws BadInput | CheckpointError if there is no such checkpoint, or it cannot be run
 */
export async function inspectModel(
  { path: wanted, modelFolders, pickles }: ConfigOf<'models inspect'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const path = await findPath(wanted, modelFolders, io);
  const weights = createWeightDigests(undefined, { pickles });
  terminal.out(path);
  await inspectCheckpoint(path, weights, (what, value) => terminal.out(`  ${what.padEnd(WIDEST)}  ${value}`));
  return EXIT.done;
}

const WIDEST = 'image_encoder'.length;

/** A path on disk counts before a name of the list. */
async function findPath(wanted: string, modelFolders: readonly string[], io: Surroundings): Promise<string> {
  const path = fromCwd(io, wanted);
  // A repository as Hugging Face's cache keeps it.
  if (existsSync(path)) return existsSync(join(path, 'snapshots')) ? currentSnapshot(path) : path;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new BadInput([`"${wanted}" is a link to nothing. Download the checkpoint again, or name another.`]);
  }
  const found = await findCheckpoints(modelFolders);
  const known = found.get(wanted) ?? found.get(`${wanted}.safetensors`);
  if (known !== undefined) return known;
  const advice = adviceOnFormerCheckpoint(wanted);
  throw new BadInput([
    `There is no folder or file "${wanted}", and no checkpoint of that name. The checkpoints are: ${[...found.keys()].join(', ')}.` +
      (advice === undefined ? '' : ` ${advice}`),
  ]);
}
