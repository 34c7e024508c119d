import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import { DAMAGED, fileProblems, MISSING } from './checkpoint-error.js';
import { requireOwnContent } from './mistaken-content.js';
import type { WeightFile } from './safetensors.js';

/** Read access to one checkpoint folder; paths are relative to it, with '/'. */
export interface CheckpointFolder {
  /** Absolute. */
  readonly path: string;
  /** Whether pickles are read; they are when left out. */
  readonly readsPickles?: boolean;
  exists(path: string): Promise<boolean>;
  /** Names of the files and folders in the folder `path`; '' is the checkpoint folder itself. */
  list(path: string): Promise<readonly string[]>;
  /** Decoded; @throws CheckpointError if it is not text. */
  readText(path: string): Promise<string>;
  /** Fewer than `length` bytes where the file ends. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** The sha256 of each of these stretches of a file, in hexadecimal. */
  digests(path: string, ranges: readonly ByteRange[]): Promise<readonly string[]>;
  sizeBytes(path: string): Promise<number>;
  /** Absolute, symbolic links resolved: a Hugging Face cache holds links only, and ONNX Runtime follows none. */
  realPath(path: string): Promise<string>;
}

export interface ByteRange {
  /** From the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** @throws CheckpointError if the file is not there */
export async function readTextFile(folder: CheckpointFolder, path: string): Promise<string> {
  if (!(await folder.exists(path))) throw fileProblems(path, ['expected this file, got none'], MISSING);
  const text = await folder.readText(path);
  requireOwnContent(path, text);
  return text;
}

/** @throws CheckpointError if the text is not JSON, including Python's variants */
export function parseJsonFile(path: string, text: string): unknown {
  try {
    return parseForeignJson(text);
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    throw fileProblems(path, [`expected JSON, got other text (${error.message})`], DAMAGED);
  }
}

export async function openWeightFile(folder: CheckpointFolder, path: string): Promise<WeightFile> {
  return {
    name: path,
    sizeBytes: await folder.sizeBytes(path),
    read: (offset, length) => folder.read(path, offset, length),
  };
}

/** The precision of the weights: full, or the `.fp16` files if there are any. */
export type WeightVariant = 'full' | 'fp16';
