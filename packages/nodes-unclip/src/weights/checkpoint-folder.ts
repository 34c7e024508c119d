import { fileProblems } from '../checkpoint-error.js';
import type { WeightFile } from './safetensors.js';

/** Read access to one checkpoint folder; paths are relative to it, with '/'. */
export interface CheckpointFolder {
  /** Absolute. */
  readonly path: string;
  exists(path: string): Promise<boolean>;
  /** Names of the files and folders in the folder `path`; '' is the checkpoint folder itself. */
  list(path: string): Promise<readonly string[]>;
  readText(path: string): Promise<string>;
  /** Fewer than `length` bytes where the file ends. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  stat(path: string): Promise<{ readonly sizeBytes: number; readonly modifiedMs: number }>;
  /** Absolute, symbolic links resolved: a Hugging Face cache holds links only, and ONNX Runtime follows none. */
  realPath(path: string): Promise<string>;
}

const RESTORE = 'Copy or download the checkpoint again';

/** @throws CheckpointError if the file is not there */
export async function readTextFile(folder: CheckpointFolder, path: string): Promise<string> {
  if (!(await folder.exists(path))) throw fileProblems(path, ['expected this file, got none'], RESTORE);
  return folder.readText(path);
}

/** @throws CheckpointError if the file is not there or is no JSON */
export function parseJsonFile(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fileProblems(path, [`expected JSON, got other text (${error.message})`], RESTORE);
  }
}

export async function openWeightFile(folder: CheckpointFolder, path: string): Promise<WeightFile> {
  const { sizeBytes } = await folder.stat(path);
  return { name: path, sizeBytes, read: (offset, length) => folder.read(path, offset, length) };
}

/** Which precision of the weights is wanted: the full one, or the `.fp16` files where there are any. */
export type WeightVariant = 'full' | 'fp16';

/**
 * Chooses the weight file of a component; the other precision serves where the wanted one is missing.
 *
 * @param stem `model` in transformers' folders, `diffusion_pytorch_model` in diffusers'
 * @throws CheckpointError telling why nothing in the folder serves
 */
export async function findWeightFile(
  folder: CheckpointFolder,
  component: string,
  { stem, variant }: { readonly stem: string; readonly variant: WeightVariant },
): Promise<string> {
  const names = await folder.list(component);
  const full = `${stem}.safetensors`;
  const half = `${stem}.fp16.safetensors`;
  const found = (variant === 'fp16' ? [half, full] : [full, half]).find((name) => names.includes(name));
  if (found !== undefined) return `${component}/${found}`;
  throw fileProblems(component, [`expected ${full} or ${half}, got ${whatIsThere(names)}`], cureFor(names));
}

const isPickle = (name: string): boolean => /\.(bin|ckpt|pt|pth)$/.test(name);
const isShardIndex = (name: string): boolean => name.endsWith('.safetensors.index.json');

function whatIsThere(names: readonly string[]): string {
  return names.find(isShardIndex) ?? names.find(isPickle) ?? 'no weights';
}

function cureFor(names: readonly string[]): string {
  if (names.some(isShardIndex)) {
    return 'Weights in several files (an index.json) are not supported yet; save the model with one file a component';
  }
  if (names.some(isPickle)) {
    return 'Pickle files are never loaded, because loading one can run any code; get the .safetensors version';
  }
  return RESTORE;
}
