import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PngError, WebpError } from '@unclip-studio/graph-core';

/** An image that cannot be used: what was checked, what was expected and found, what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** A result that could not be written: where, why, what to do. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Whether an error says that an image's file is wrong in its structure: cut short, damaged, or such a file in name only. */
export function isImageFileError(error: unknown): error is PngError | WebpError {
  return error instanceof PngError || error instanceof WebpError;
}

/** To open a file that may turn out to be a named pipe, which without this would wait for its writer for ever. */
export const OPEN_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The text of a small file; empty for one that does not exist, is not readable, or is not a file. */
export async function readTextIfAny(path: string): Promise<string> {
  return readFile(path, { encoding: 'utf8', flag: OPEN_AT_ONCE }).catch(() => '');
}
