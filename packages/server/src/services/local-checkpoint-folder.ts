import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFolder } from '@unclip-studio/nodes-unclip';

/** A checkpoint folder on disk. Paths come from the program and from directory listings, never from a workflow. */
export function localCheckpointFolder(path: string): CheckpointFolder {
  const absolute = (relative: string): string => join(path, relative);
  return {
    path,
    async exists(relative) {
      try {
        await stat(absolute(relative));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    async list(relative) {
      return (await readdir(absolute(relative))).sort();
    },
    readText: (relative) => readFile(absolute(relative), 'utf8'),
    async read(relative, offset, length) {
      const file = await open(absolute(relative), 'r');
      try {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async stat(relative) {
      const { size, mtimeMs } = await stat(absolute(relative));
      return { sizeBytes: size, modifiedMs: mtimeMs };
    },
    realPath: (relative) => realpath(absolute(relative)),
  };
}

function isMissing(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
}
