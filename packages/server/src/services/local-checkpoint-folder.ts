import { open, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeForeignText } from '@unclip-studio/graph-core';
import { type CheckpointFolder, DAMAGED, type FileCure, fileProblems, MISSING } from '@unclip-studio/nodes-unclip';
import { MAX_CHECKPOINT_TEXT_BYTES } from '../limits.js';
import { OPEN_AT_ONCE } from './file-errors.js';
import { createWeightDigests, type WeightDigests } from './weight-digests.js';

/**
 * A checkpoint folder on disk. Paths come from the program and from directory listings, never from a workflow. System
 * errors about a file that cannot be read become a CheckpointError that names the file.
 */
export function localCheckpointFolder(path: string, weights: WeightDigests = createWeightDigests()): CheckpointFolder {
  const absolute = (relative: string): string => join(path, relative);
  const ask = async <Answer>(relative: string, question: (file: string) => Promise<Answer>): Promise<Answer> => {
    const file = absolute(relative);
    try {
      return await question(file);
    } catch (error) {
      throw await toCheckpointError(relative, file, error);
    }
  };
  return {
    path,
    readsPickles: weights.readsPickles,
    async exists(relative) {
      try {
        await stat(absolute(relative));
        return true;
      } catch (error) {
        if (!isMissing(error)) throw await toCheckpointError(relative, absolute(relative), error);
        // A broken link is an error of its own, and not a file that a checkpoint may lack.
        if ((await linkTarget(absolute(relative))) === undefined) return false;
        throw await toCheckpointError(relative, absolute(relative), error);
      }
    },
    list: (relative) => ask(relative, async (folder) => (await readdir(folder)).sort()),
    readText: (relative) =>
      ask(relative, async (file) => {
        const size = await sizeOf(relative, file);
        if (size > MAX_CHECKPOINT_TEXT_BYTES)
          throw fileProblems(relative, [`expected a text, got ${size} bytes`], DAMAGED);
        const text = decodeForeignText(await readFile(file));
        if (text === null) throw fileProblems(relative, ['expected a text in UTF-8, got other bytes'], DAMAGED);
        return text;
      }),
    read: (relative, offset, length) => ask(relative, (file) => readBytes(file, offset, length)),
    digests: (relative, ranges) => ask(relative, async (file) => weights.of(await realpath(file), ranges)),
    sizeBytes: (relative) => ask(relative, (file) => sizeOf(relative, file)),
    realPath: (relative) => ask(relative, (file) => realpath(file)),
  };
}

/** @throws CheckpointError for something that is neither file nor folder */
async function sizeOf(relative: string, path: string): Promise<number> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return found.size;
  throw fileProblems(relative, ['expected a file, got a pipe or a device'], DAMAGED);
}

async function readBytes(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, OPEN_AT_ONCE);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function toCheckpointError(relative: string, path: string, error: unknown): Promise<unknown> {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const [problem, cure] = await describeFault(path, code);
  return Object.assign(fileProblems(relative === '' ? path : relative, [problem], cure), { cause: error });
}

async function describeFault(path: string, code: string): Promise<readonly [problem: string, cure: FileCure]> {
  const target = await linkTarget(path);
  if (isMissing({ code }) && target !== undefined) {
    const cure = 'The download was not finished; download it again';
    return [`this is a link to "${target}", which is not there`, { fault: 'missing', cure }];
  }
  switch (code) {
    case 'ENOENT':
      return ['expected this file, got none', MISSING];
    case 'ENOTDIR':
      return ['expected a folder, got a file', DAMAGED];
    case 'EISDIR':
      return ['expected a file, got a folder', DAMAGED];
    case 'EACCES':
    case 'EPERM':
      return [
        'this may not be read',
        { fault: 'not-readable', cure: 'Give the user that runs unclip the right to read it' },
      ];
    case 'ELOOP':
      return ['this link leads back to itself', DAMAGED];
    default:
      return [
        `this cannot be read (${code})`,
        { fault: 'damaged', cure: 'Check the disk, or copy the checkpoint again' },
      ];
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

function isMissing(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
}
