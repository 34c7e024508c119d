import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, CheckpointError, type CheckpointService, openCheckpoint } from '@unclip-studio/nodes-unclip';
import { findCheckpoints } from './find-checkpoints.js';
import { localCheckpointFolder } from './local-checkpoint-folder.js';

export interface LocalCheckpointService extends CheckpointService {
  /** Names of the checkpoint folders there are, sorted; whether they are sound shows when they are opened. */
  list(): Promise<readonly string[]>;
}

/**
 * Opens checkpoint folders by name and keeps them open while no file in them changes.
 *
 * @param options `roots`: folders which hold checkpoints, see {@link findCheckpoints}
 */
export function createCheckpointService(options: { readonly roots: readonly string[] }): LocalCheckpointService {
  const { roots } = options;
  const opened = new Map<string, { readonly stamp: string; readonly checkpoint: Promise<Checkpoint> }>();
  return {
    async open(name) {
      const found = await findCheckpoints(roots);
      const folder = found.get(name);
      if (folder === undefined) throw unknownCheckpoint(name, { names: [...found.keys()], roots });
      const stamp = await stampOf(folder);
      const known = opened.get(folder);
      if (known?.stamp === stamp) return known.checkpoint;
      const checkpoint = openCheckpoint(name, localCheckpointFolder(folder), { hash: sha256 });
      opened.set(folder, { stamp, checkpoint });
      // A broken folder is looked at anew each time, because the user is about to repair it.
      checkpoint.catch(() => opened.delete(folder));
      return checkpoint;
    },
    async list() {
      return [...(await findCheckpoints(roots)).keys()];
    },
  };
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Differs when a file of the checkpoint was replaced: paths, sizes and times of all files, two levels deep. */
async function stampOf(folder: string): Promise<string> {
  const names = await readdir(folder, { withFileTypes: true });
  const nested = names.map(async (entry) =>
    entry.isDirectory()
      ? (await readdir(join(folder, entry.name))).map((name) => join(entry.name, name))
      : [entry.name],
  );
  const paths = (await Promise.all(nested)).flat().sort();
  const stats = await Promise.all(paths.map((path) => describeFile(join(folder, path))));
  return paths.map((path, i) => `${path} ${stats[i]}`).join('\n');
}

/** `stat` follows links, so a cache whose link was turned to another blob differs as well. */
async function describeFile(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'a link to nothing';
    throw error;
  }
}

function unknownCheckpoint(
  name: string,
  { names, roots }: { readonly names: readonly string[]; readonly roots: readonly string[] },
): CheckpointError {
  const there = names.length === 0 ? 'there are none' : `there are ${names.map((one) => `"${one}"`).join(', ')}`;
  return new CheckpointError(
    `No checkpoint is called "${name}"; ${there} in ${roots.join(', ')}. ` +
      'Put its folder there, or name the folder it lies in with --models DIR.',
  );
}
