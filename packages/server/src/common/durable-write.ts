import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DurableFile {
  readonly parts: readonly (Uint8Array | string)[];
  /** What the system allows when left out. */
  readonly mode?: number;
}

/** One whose parts come one after the other, so that it is never in memory as a whole. */
export interface StreamedFile {
  readonly parts: DurableFile['parts'] | AsyncIterable<Uint8Array>;
  readonly mode?: number;
}

/** Writes a file that is not there yet; its bytes, though not yet its name, are safe when this resolves. */
export async function writeDurably(path: string, { parts, mode }: StreamedFile): Promise<void> {
  // "wx" neither overwrites a file nor follows a link.
  const file = await open(path, 'wx', mode);
  try {
    for await (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The same at once: where native code holds the thread, each wait would cost a turn of the event loop. */
export function writeDurablySync(path: string, { parts, mode }: DurableFile): void {
  const file = openSync(path, 'wx', mode);
  try {
    for (const part of parts) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces a file completely or not at all, also if the power fails: written to a temporary file, synced, renamed. */
export async function replaceFile(path: string, content: StreamedFile): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

export function replaceFileSync(path: string, content: DurableFile): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeDurablySync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolderSync(dirname(path));
}

/** Makes new names in a folder outlive a power cut, as the bytes of their files do. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder as a file; NTFS logs the rename by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

export function syncFolderSync(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
