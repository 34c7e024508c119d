import { mkdtempSync, rmSync, statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
/** Those of a whole run take about 100 MB at a time, those of the long suite more. */
const ENOUGH_BYTES = 4e9;

/**
 * Where Linux has a large enough file system in memory, temporary files of this process and of all that it starts are
 * there until this process ends. On a disk, making a file durable takes some milliseconds and removing a folder tens of
 * them, and the tests do both thousands of times.
 */
export function keepTempFilesInMemory(): void {
  if (freeBytes() < ENOUGH_BYTES) return;
  const folder = mkdtempSync(`${MEMORY}/unclip-`);
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function freeBytes(): number {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
