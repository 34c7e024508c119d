import { fileProblems } from './checkpoint-error.js';
import { type CheckpointFolder, openWeightFile } from './checkpoint-folder.js';
import { isPickle, PICKLE_CURE, requireOwnContent } from './mistaken-content.js';
import { PickleError } from './pickle/pickle-values.js';
import { gather, readPickleHeader } from './pickle/state-dict.js';
import { readSafetensorsHeader, type SafetensorsDtype, type SafetensorsHeader } from './safetensors.js';

/** A tensor of a checkpoint: its name as in a diffusers folder, and the location of its bytes. */
export interface StoredTensor {
  readonly name: string;
  /** Its name in the file, for messages; the same as `name` in a diffusers folder. */
  readonly foundAs: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The bytes hold the matrix [columns, rows] where `shape` says [rows, columns]. */
  readonly isTransposed: boolean;
  /** For a pickle, if the elements are not in row order; see `SafetensorsTensor`. */
  readonly strides?: readonly number[];
  /** Path of its file in the checkpoint folder. */
  readonly file: string;
  /** From the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** The tensors of one component, out of one file or several. */
export interface TensorSet {
  /** The file or folder that messages name. */
  readonly label: string;
  readonly tensors: readonly StoredTensor[];
  readonly files: readonly TensorFile[];
  /** Files with another variant of the weights, such as another precision, which are left aside; none when left out. */
  readonly leftAside?: readonly string[];
}

/** A file whose header was read: safetensors, or a pickle of torch.save. */
export interface TensorFile {
  /** In the checkpoint folder. */
  readonly path: string;
  readonly header: SafetensorsHeader;
  /** Absolute path with symbolic links resolved: its folder, and its name there. */
  readonly realFolder: string;
  readonly realName: string;
}

export interface TensorReader {
  /** The bytes of a tensor. */
  read(tensor: StoredTensor): Promise<Uint8Array>;
  /** The sha256 of what {@link read} gives of each, in hexadecimal. */
  digests(tensors: readonly StoredTensor[]): Promise<readonly string[]>;
}

/** @throws CheckpointError */
export async function openTensorFile(folder: CheckpointFolder, path: string): Promise<TensorFile> {
  const header = await readHeader(folder, path);
  const realPath = await folder.realPath(path);
  // Node's path module is out of reach here; both separators are, so that Windows works too.
  const cut = Math.max(realPath.lastIndexOf('/'), realPath.lastIndexOf('\\'));
  return {
    path,
    header,
    realFolder: realPath.slice(0, cut),
    realName: realPath.slice(cut + 1),
  };
}

async function readHeader(folder: CheckpointFolder, path: string): Promise<SafetensorsHeader> {
  const file = await openWeightFile(folder, path);
  if (!isPickle(path)) return readSafetensorsHeader(file);
  if (folder.readsPickles === false) {
    throw fileProblems(path, ['this is a pickle, and they are switched off'], {
      fault: 'pickles-off',
      cure: 'Leave out --no-pickle, or get the .safetensors version',
    });
  }
  const start = String.fromCharCode(...(await file.read(0, 512)));
  if (!start.startsWith('PK')) requireOwnContent(path, start);
  try {
    return await readPickleHeader(file);
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw fileProblems(path, [error.message], { fault: 'not-supported', cure: PICKLE_CURE });
  }
}

/** All tensors of a file, under the names they have there. */
export function tensorsOf({ path, header }: TensorFile): readonly StoredTensor[] {
  return Array.from(header.tensors, ([name, tensor]) => ({
    ...{ name, foundAs: name, isTransposed: false, file: path },
    ...tensor,
  }));
}

/** Reads tensors of a folder's files, and their digests file by file. */
export function tensorReader(folder: CheckpointFolder): TensorReader {
  return {
    read(tensor) {
      const { file, offset, length, strides } = tensor;
      if (strides === undefined) return folder.read(file, offset, length);
      return gather(tensor, (from, count) => folder.read(file, from, count));
    },
    async digests(tensors) {
      const found = new Map<StoredTensor, string>();
      for (const file of new Set(tensors.map((tensor) => tensor.file))) {
        const inFile = tensors.filter((tensor) => tensor.file === file);
        const digests = await folder.digests(file, inFile);
        for (const [i, tensor] of inFile.entries()) found.set(tensor, digests[i] ?? '');
      }
      return tensors.map((tensor) => found.get(tensor) ?? '');
    },
  };
}
