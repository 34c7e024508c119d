import { randomBytes } from 'node:crypto';
import { link, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '../common/durable-write.js';

/**
 * Writes a file under a name that nothing has yet, whole or not at all: also after a crash or power cut no name points
 * at part of the bytes.
 *
 * @returns false, with nothing changed, if the name is taken
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<boolean> {
  const folder = dirname(path);
  const temporary = join(folder, `.unclip-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, { parts: [bytes] });
    return await publish(temporary, path);
  } finally {
    await unlink(temporary).catch(ignoreMissing);
    await syncFolder(folder);
  }
}

/** A hard link, unlike a rename, fails when the name is taken, so two writers cannot get the same one. */
async function publish(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!LINKLESS.has(codeOf(error))) throw error;
  }
  // FAT and some network folders know no hard links; there another process could take the name in between.
  const isTaken = await stat(path).then(
    () => true,
    () => false,
  );
  if (isTaken) return false;
  await rename(temporary, path);
  return true;
}

const LINKLESS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
