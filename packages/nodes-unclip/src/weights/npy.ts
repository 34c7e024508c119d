import { MAX_NPY_HEADER_BYTES } from '../limits.js';
import { fileProblems } from './checkpoint-error.js';
import type { CheckpointFolder } from './checkpoint-folder.js';
import type { SafetensorsDtype } from './safetensors.js';
import type { StoredTensor } from './stored-tensor.js';

// A file of numpy.save: magic, version, the length of a header, the header (a dict as Python writes it), and the numbers.
// After numpy 2.4, numpy/lib/_format_impl.py.

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const DTYPES: Readonly<Record<string, readonly [dtype: SafetensorsDtype, width: number]>> = {
  '<f2': ['F16', 2],
  '<f4': ['F32', 4],
  '<f8': ['F64', 8],
};
/** Numbers begin at a multiple of it. */
const ALIGNMENT = 64;

/** @throws CheckpointError for anything but an array of little-endian floats */
export async function readNpyHeader(folder: CheckpointFolder, path: string): Promise<StoredTensor> {
  const start = await folder.read(path, 0, MAX_NPY_HEADER_BYTES);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const isNpy = start.length >= 12 && MAGIC.every((byte, i) => start[i] === byte);
  if (!isNpy)
    throw fileProblems(path, ['expected a file of numpy.save, got another one'], { fault: 'wrong-kind', cure: CURE });
  const isFirst = start[6] === 1;
  const headerStart = isFirst ? 10 : 12;
  const offset = headerStart + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = String.fromCharCode(...start.subarray(headerStart, Math.min(offset, start.length)));
  const [, descr = ''] = /'descr':\s*'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sizes] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  const [dtype, width = 0] = DTYPES[descr] ?? [];
  if (dtype === undefined || order === undefined || sizes === undefined || offset > start.length) {
    throw fileProblems(path, [`expected an array of floats, got ${JSON.stringify(header.slice(0, 120))}`], {
      fault: 'not-supported',
      cure: CURE,
    });
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const length = shape.reduce((product, size) => product * size, width);
  const [name, foundAs] = [path, path];
  // A matrix in the other order is its transpose.
  const isTransposed = order === 'True' && shape.length === 2;
  if (order === 'True' && shape.length > 2)
    throw fileProblems(path, ['expected rows in C order'], { fault: 'not-supported', cure: CURE });
  return { name, foundAs, dtype, shape, isTransposed, file: path, offset, length };
}

const CURE = 'Save it with numpy.save as float32';

/** @param rows float32 [n, d] */
export function npyFile({ dims, data }: { readonly dims: readonly number[]; readonly data: Float32Array }): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')}${dims.length === 1 ? ',' : ''}), }`;
  const length = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  bytes.set(
    Array.from(`${header.padEnd(length - 1)}\n`, (character) => character.charCodeAt(0)),
    10,
  );
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}
