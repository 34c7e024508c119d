import { WebpError } from '@unclip-studio/graph-core';
import { PngError } from './png-chunks.js';

/** Whether an error says that a picture's file is wrong in its structure: cut short, damaged, or such a file in name only. */
export function isPictureFileError(error: unknown): error is PngError | WebpError {
  return error instanceof PngError || error instanceof WebpError;
}
