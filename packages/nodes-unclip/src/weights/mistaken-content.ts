import { type FileCure, fileProblems } from './checkpoint-error.js';

/** Detects a wrong file in place of one of a checkpoint, and what to do about it. */
export interface MistakenContent extends FileCure {
  readonly problem: string;
}

/**
 * Recognises by its start what a clone without Git LFS, or a download that went wrong, leaves in place of a file.
 * A safetensors file can start with none of these: each would mean a header of terabytes.
 *
 * @param start some hundred characters, each a byte
 */
export function findMistakenContent(start: string): MistakenContent | undefined {
  if (start.startsWith('version https://git-lfs.github.com/')) {
    const sizeBytes = /^size (\d+)$/m.exec(start)?.[1];
    const size = sizeBytes === undefined ? '' : ` of ${sizeBytes} bytes`;
    return {
      fault: 'lfs-pointer',
      problem: `this is a Git LFS pointer, and not the file${size} itself`,
      cure: 'Install Git LFS and run `git lfs pull` in the folder of the clone, or download the file',
    };
  }
  if (/^\s*<(?:!doctype html|html|head|\?xml)\b/i.test(start)) {
    return {
      fault: 'web-page',
      problem: 'this is an HTML page, and not the file itself',
      cure: "The download got a web page, such as a login or an error; download again from the file's own link (/resolve/, and not /blob/)",
    };
  }
  if (
    /^(?:entry not found|repository not found|invalid (?:username|credentials)|access to model|\{"error":)/i.test(start)
  ) {
    return {
      fault: 'server-message',
      problem: `this is the error message of a server, and not the file itself: ${JSON.stringify(start.slice(0, 80).trim())}`,
      cure: 'Download it again, with a token if the model needs a login',
    };
  }
  if (start.startsWith('PK\u0003\u0004')) {
    return {
      fault: 'archive',
      problem: 'this is a zip archive or a pickle, and no safetensors file',
      cure: 'If it is a pickle, give it the ending .ckpt or .pth; else unpack it',
    };
  }
  if (start.startsWith('GGUF')) {
    return { fault: 'gguf', problem: 'this is a GGUF file', cure: 'Get the .safetensors version of the model' };
  }
  return undefined;
}

export const PICKLE_CURE =
  'Of pickles only the tensors are read, and nothing in them is run; get the .safetensors version of this one';

/** Of a file with weights. */
export const WEIGHT_FILE_ENDING = /\.(?:safetensors|bin|ckpt|pt|pth)$/i;

/** Whether a file's name is that of a pickle. */
export function isPickle(name: string): boolean {
  return /\.(bin|ckpt|pt|pth)$/i.test(name);
}

/** @throws CheckpointError if the text is none of a checkpoint */
export function requireOwnContent(path: string, text: string): void {
  const mistaken = findMistakenContent(text.slice(0, 512));
  if (mistaken !== undefined) throw fileProblems(path, [mistaken.problem], mistaken);
}
