import { MAX_PICKLE_BYTES } from '../../limits.js';
import { bytesPerElement, type WeightFile } from '../safetensors.js';
import { NeedsMoreBytes } from './byte-reader.js';
import { type PickleResult, runPickle } from './pickle-machine.js';
import { type PickledTensor, PickleError, PickleList, type PickleValue } from './pickle-values.js';
import { dataOffsetOf, readZipDirectory, type ZipEntry } from './zip-directory.js';

/** The content of a torch.save file: values as data, and the location of each storage. */
export interface TorchFile {
  readonly root: PickleValue;
  /** The location of a tensor's elements. @throws PickleError if the file does not contain them */
  place(tensor: PickledTensor): Promise<TensorPlace>;
}

export interface TensorPlace {
  /** Of the first element, in bytes from the start of the file. */
  readonly offset: number;
  /** Elements from one index of an axis to the next; `null` if they are contiguous in row order. */
  readonly strides: readonly number[] | null;
}

const FIRST_BYTES = 2 ** 16;
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;
const COUNT_BYTES = 8;

/**
 * Reads what torch.save wrote, in a zip archive (since torch 1.6) or the older form.
 *
 * @throws PickleError
 * @see torch 2.13.0, torch/serialization.py, _load and _legacy_load
 */
export async function readTorchFile(file: WeightFile): Promise<TorchFile> {
  const start = await file.read(0, 4);
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  return isZip ? readZip(file) : readLegacy(file);
}

async function readZip(file: WeightFile): Promise<TorchFile> {
  const entries = await readZipDirectory(file);
  const [pickle, ...others] = entries.filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) throw new PickleError('an archive without data.pkl, so not one of torch');
  if (others.length > 0) throw new PickleError('an archive with more than one data.pkl');
  const root = pickle.name.slice(0, -'data.pkl'.length);
  const byName = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (!entry.name.startsWith(root) || /(?:^|[\\/])\.\.(?:[\\/]|$)|\\|\0/.test(entry.name)) {
      throw new PickleError(`${JSON.stringify(entry.name.slice(0, 80))} is outside of the archive's folder`);
    }
    if (byName.has(entry.name)) throw new PickleError(`${JSON.stringify(entry.name)} is there twice`);
    byName.set(entry.name, entry);
  }
  const order = byName.get(`${root}byteorder`);
  if (order !== undefined && (await textOf(file, order)) !== 'little')
    throw new PickleError('numbers in big-endian order');
  const from = await offsetOf(file, pickle);
  const { value } = await pickleAt(file, from, from + pickle.length);
  return {
    root: value,
    async place(tensor) {
      const { key } = tensor.storage;
      const entry = /^[\w-]{1,64}$/.test(key) ? byName.get(`${root}data/${key}`) : undefined;
      if (entry === undefined)
        throw new PickleError(`the archive does not hold the storage ${JSON.stringify(key.slice(0, 80))}`);
      return placeIn(tensor, { offset: await offsetOf(file, entry), length: entry.length });
    },
  };
}

async function textOf(file: WeightFile, entry: ZipEntry): Promise<string> {
  return String.fromCharCode(...(await file.read(await offsetOf(file, entry), Math.min(entry.length, 16)))).trim();
}

async function offsetOf(file: WeightFile, entry: ZipEntry): Promise<number> {
  if (entry.problem !== null) throw new PickleError(`${JSON.stringify(entry.name)}: ${entry.problem}`);
  return dataOffsetOf(file, entry);
}

async function readLegacy(file: WeightFile): Promise<TorchFile> {
  const { sizeBytes } = file;
  const magic = await pickleAt(file, 0, sizeBytes).catch((error: unknown) => {
    if (error instanceof PickleError) throw new PickleError('not a file of torch.save');
    throw error;
  });
  if (magic.value !== LEGACY_MAGIC) throw new PickleError('not a file of torch.save');
  const protocol = await pickleAt(file, magic.end, sizeBytes);
  if (protocol.value !== LEGACY_PROTOCOL) throw new PickleError('another version of the form than 1001');
  const system = await pickleAt(file, protocol.end, sizeBytes);
  if (!(system.value instanceof Map) || system.value.get('little_endian') !== true) {
    throw new PickleError('numbers in big-endian order');
  }
  const object = await pickleAt(file, system.end, sizeBytes);
  const keys = await pickleAt(file, object.end, sizeBytes);
  const widths = new Map(object.storages.map(({ key, dtype }) => [key, dtype === null ? 1 : bytesPerElement(dtype)]));
  const storages = await findLegacyStorages(file, keys, widths);
  return {
    root: object.value,
    async place(tensor) {
      const storage = storages.get(tensor.storage.key);
      if (storage === undefined)
        throw new PickleError(`the file does not hold the storage ${JSON.stringify(tensor.storage.key.slice(0, 80))}`);
      return placeIn(tensor, storage);
    },
  };
}

/** After the list of keys come the storages, each preceded by its number of elements, in the order of the list. */
async function findLegacyStorages(
  file: WeightFile,
  { value, end }: Pick<PickleResult, 'value' | 'end'>,
  widths: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Stretch>> {
  if (!(value instanceof PickleList)) throw new PickleError('expected the list of storages');
  const storages = new Map<string, Stretch>();
  let position = end;
  for (const key of value.items) {
    const width = typeof key === 'string' ? widths.get(key) : undefined;
    if (typeof key !== 'string' || width === undefined) throw new PickleError('a storage that no tensor uses');
    const bytes = await file.read(position, COUNT_BYTES);
    if (bytes.length < COUNT_BYTES) throw new PickleError('the file was cut off');
    const count = new DataView(bytes.buffer, bytes.byteOffset, COUNT_BYTES).getBigUint64(0, true);
    const offset = position + COUNT_BYTES;
    if (count > BigInt(Math.floor((file.sizeBytes - offset) / width))) {
      throw new PickleError(`a storage of ${count} elements, which the file does not have; it was cut off or damaged`);
    }
    const length = Number(count) * width;
    storages.set(key, { offset, length });
    position = offset + length;
  }
  return storages;
}

interface Stretch {
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** @throws PickleError for a tensor that reaches over the end of its storage, or a storage over the end of its stretch */
function placeIn({ storage, dtype, shape, strides, offset }: PickledTensor, stretch: Stretch): TensorPlace {
  const width = bytesPerElement(dtype);
  const count = storage.dtype === null ? Math.floor(storage.count / width) : storage.count;
  if ((storage.start + count) * width > stretch.length) {
    throw new PickleError(`a storage of ${count} elements in ${stretch.length} bytes; the file was cut off or damaged`);
  }
  const isEmpty = shape.includes(0);
  const last = isEmpty
    ? offset - 1
    : shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] as number), offset);
  const elements = shape.reduce((product, size) => product * Math.max(size, 1), width);
  if (!(Number.isSafeInteger(last) && Number.isSafeInteger(elements) && last < count && offset <= count)) {
    throw new PickleError(`a tensor [${shape.join(', ').slice(0, 80)}] that reaches over the end of its storage`);
  }
  return {
    offset: stretch.offset + (storage.start + offset) * width,
    strides: isEmpty || isDense(shape, strides) ? null : strides,
  };
}

/** Row by row without gaps; the stride of an axis with one index does not matter. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Runs the pickle at a place of the file, reading no more of it than needed. @param limit where it must have ended */
async function pickleAt(file: WeightFile, from: number, limit: number): Promise<PickleResult> {
  const available = Math.min(limit, file.sizeBytes) - from;
  for (let count = FIRST_BYTES; ; count *= 8) {
    const bytes = await file.read(from, Math.min(count, available, MAX_PICKLE_BYTES));
    try {
      const result = runPickle(bytes, available);
      return { ...result, end: from + result.end };
    } catch (error) {
      if (!(error instanceof NeedsMoreBytes)) throw error;
      if (count >= MAX_PICKLE_BYTES) throw new PickleError(`a pickle of more than ${MAX_PICKLE_BYTES} bytes`);
    }
  }
}
