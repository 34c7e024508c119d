import { MAX_COPIED_VALUES, MAX_TENSOR_AXES } from '../../limits.js';
import type { SafetensorsDtype } from '../safetensors.js';
import {
  PickledNumpyType,
  PickledParameterDict,
  PickledStorage,
  PickledTensor,
  PickleError,
  PickleFloat,
  PickleGlobal,
  PickleList,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js';

// This file contains everything that a pickle can make besides plain data. Nothing is called: each Python name is known
// only by its result, after torch 2.13.0, torch/_weights_only_unpickler.py and torch/_utils.py.

/** Storage classes, in `torch`, `torch.cuda` and, for those without a dtype, `torch.storage`. */
const STORAGE_DTYPES: Readonly<Record<string, SafetensorsDtype>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

const TORCH_DTYPES: Readonly<Record<string, SafetensorsDtype>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  bool: 'BOOL',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
};

type Maker = (args: readonly PickleValue[], budget: CopyBudget) => PickleValue;

export class CopyBudget {
  #left = MAX_COPIED_VALUES;

  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0) throw new PickleError(`it copies more than ${MAX_COPIED_VALUES} values`);
  }
}

/** The only class of modules that a file of tensors is known to need. */
const PARAMETER_DICT = 'torch.nn.modules.container.ParameterDict';

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['collections.OrderedDict', orderedDict],
  ['collections.defaultdict', () => new Map()],
  ...['builtins', '__builtin__'].flatMap((module): [string, Maker][] => [
    [`${module}.dict`, orderedDict],
    [`${module}.list`, (args, budget) => listOf(copyOf(args[0], budget))],
    [`${module}.tuple`, (args, budget) => new PickleTuple(copyOf(args[0], budget))],
    [`${module}.set`, setOf],
    [`${module}.frozenset`, setOf],
  ]),
  ['_codecs.encode', encodedBytes],
  ['torch.Size', (args, budget) => new PickleTuple(copyOf(args[0], budget))],
  ['torch.device', (args) => text(args[0])],
  ['torch._utils._rebuild_tensor', ([storage, offset, size, stride]) => tensor({ storage, offset, size, stride })],
  ['torch._utils._rebuild_tensor_v2', ([storage, offset, size, stride]) => tensor({ storage, offset, size, stride })],
  [
    'torch._utils._rebuild_tensor_v3',
    ([storage, offset, size, stride, , , dtype]) => tensor({ storage, offset, size, stride, dtype }),
  ],
  ['torch._utils._rebuild_parameter', ([data]) => tensorValue(data)],
  ['torch._utils._rebuild_parameter_with_state', ([data]) => tensorValue(data)],
  ['torch.nn.parameter.Parameter', ([data]) => tensorValue(data)],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  [PARAMETER_DICT, () => new PickledParameterDict()],
  ['numpy.dtype', ([code]) => new PickledNumpyType(text(code))],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy._core.multiarray.scalar', numpyScalar],
]);

/** Made without arguments that count, so that `NEWOBJ` may as well. */
const TENSOR_TYPES = ['torch.Tensor', 'torch._tensor.Tensor', 'torch.nn.parameter.Parameter'];

/** @throws PickleError for anything but the few names of {@link MAKERS} */
export function rebuild(callable: PickleValue, args: readonly PickleValue[], budget: CopyBudget): PickleValue {
  const make = callable instanceof PickleGlobal ? MAKERS.get(String(callable)) : undefined;
  if (make !== undefined) return make(args, budget);
  const name = callable instanceof PickleGlobal ? `${callable}`.slice(0, 80) : 'a value';
  throw new PickleError(`it would call ${JSON.stringify(name)}, which no file of tensors needs`);
}

/**
 * The content of a persistent id: ('storage', class, key, location, count, view); or, in the older form, a class of
 * modules with the source text it had when it was saved: ('module', class, path, source).
 */
export function rebuildPersistent(id: PickleValue): PickledStorage | PickleGlobal {
  const [tag, type, ...others] = id instanceof PickleTuple ? id.items : [];
  if (tag === 'module' && type instanceof PickleGlobal && String(type) === PARAMETER_DICT) return type;
  return rebuildStorage(tag, type, others);
}

function rebuildStorage(
  tag: PickleValue | undefined,
  type: PickleValue | undefined,
  [key, , count, view]: readonly PickleValue[],
): PickledStorage {
  if (tag !== 'storage' || !(type instanceof PickleGlobal)) throw new PickleError('expected the id of a storage');
  const isUntyped = String(type) === 'torch.storage.UntypedStorage' || String(type) === 'torch.UntypedStorage';
  const dtype = /^torch(?:\.cuda)?$/.test(type.module) ? STORAGE_DTYPES[type.name] : undefined;
  if (dtype === undefined && !isUntyped) {
    throw new PickleError(`expected a class of storage of torch, got ${JSON.stringify(String(type).slice(0, 80))}`);
  }
  const own = new PickledStorage(text(key), dtype ?? null, size(count));
  if (!(view instanceof PickleTuple)) return own;
  // Very old files: a storage inside of another.
  const [, start, length] = view.items;
  if (size(start) + size(length) > own.count)
    throw new PickleError('a storage that extends beyond the one it is part of');
  return new PickledStorage(own.key, own.dtype, size(length), size(start));
}

/**
 * `BUILD`: only attributes, which no reader of tensors uses, the parameters of a ParameterDict, and the byte order of
 * numpy's types.
 */
export function buildState(value: PickleValue, state: PickleValue, budget: CopyBudget): void {
  if (value instanceof PickledParameterDict) {
    const parameters = state instanceof Map ? state.get('_parameters') : undefined;
    if (!(parameters instanceof Map)) throw new PickleError('a ParameterDict without parameters');
    budget.spend(parameters.size);
    for (const [key, parameter] of parameters) value.set(key, parameter);
    return;
  }
  if (value instanceof Map || value instanceof PickledTensor) return;
  if (value instanceof PickledNumpyType && state instanceof PickleTuple) {
    value.isBigEndian = state.items[1] === '>';
    return;
  }
  throw new PickleError('it would set the state of an object that no file of tensors needs');
}

interface TensorArgs {
  readonly storage: PickleValue | undefined;
  readonly offset: PickleValue | undefined;
  readonly size: PickleValue | undefined;
  readonly stride: PickleValue | undefined;
  /** Only of storages that name none. */
  readonly dtype?: PickleValue | undefined;
}

function tensor({ storage, offset, size: shape, stride, dtype }: TensorArgs): PickledTensor {
  if (!(storage instanceof PickledStorage)) throw new PickleError('a tensor without a storage');
  const named = dtype instanceof PickleGlobal && dtype.module === 'torch' ? TORCH_DTYPES[dtype.name] : undefined;
  const type = storage.dtype ?? named;
  if (type === undefined) throw new PickleError('a tensor whose type of numbers is not known here');
  const [sizes, strides] = [sizesOf(shape), sizesOf(stride)];
  if (sizes.length !== strides.length) throw new PickleError('a tensor whose shape and strides differ in length');
  return new PickledTensor(storage, type, sizes, strides, size(offset));
}

/** A tensor with attributes: (function, type, arguments of the function, state). */
function rebuildFromType([callable, type, args]: readonly PickleValue[], budget: CopyBudget): PickleValue {
  const isTensor = type instanceof PickleGlobal && TENSOR_TYPES.includes(String(type));
  if (!isTensor || !(args instanceof PickleTuple)) throw new PickleError('a tensor of a class that is not known here');
  return tensorValue(rebuild(callable ?? null, args.items, budget));
}

function tensorValue(value: PickleValue | undefined): PickledTensor {
  if (value instanceof PickledTensor) return value;
  throw new PickleError('a parameter without a tensor');
}

function orderedDict([pairs]: readonly PickleValue[], budget: CopyBudget): PickleValue {
  if (pairs instanceof Map) {
    budget.spend(pairs.size);
    return new Map(pairs);
  }
  const entries = copyOf(pairs, budget).map((pair): [PickleValue, PickleValue] => {
    const [key, value, ...others] = itemsOf(pair);
    if (key === undefined || value === undefined || others.length > 0)
      throw new PickleError('a dict of other than pairs');
    return [key, value];
  });
  return new Map(entries);
}

function setOf([items]: readonly PickleValue[], budget: CopyBudget): PickleSet {
  const set = new PickleSet();
  for (const item of copyOf(items, budget)) set.items.add(item);
  return set;
}

/** Protocol 2 writes bytes as a text of as many characters. */
function encodedBytes([characters, encoding]: readonly PickleValue[], budget: CopyBudget): Uint8Array {
  if (encoding !== 'latin1') throw new PickleError('bytes in another encoding than latin1');
  budget.spend(text(characters).length);
  const bytes = Uint8Array.from(text(characters), (character) => {
    const code = character.charCodeAt(0);
    if (code > 255) throw new PickleError('a character that is not a byte');
    return code;
  });
  return bytes;
}

/** `numpy.float64(0.5)` and the like, which trainers store with the tensors. */
function numpyScalar([type, content]: readonly PickleValue[], budget: CopyBudget): NumpyNumber {
  const bytes = typeof content === 'string' ? encodedBytes([content, 'latin1'], budget) : content;
  if (!(type instanceof PickledNumpyType && bytes instanceof Uint8Array)) throw new PickleError("no number of numpy's");
  const read = NUMPY_NUMBERS[type.code];
  const width = Number(type.code.slice(1));
  if (read === undefined || bytes.length !== width) throw new PickleError(`no number of numpy's type ${type.code}`);
  return read(new DataView(bytes.buffer, bytes.byteOffset, width), !type.isBigEndian);
}

type NumpyNumber = number | bigint | boolean | PickleFloat;

const NUMPY_NUMBERS: Readonly<Record<string, (view: DataView, littleEndian: boolean) => NumpyNumber>> = {
  f8: (view, little) => new PickleFloat(view.getFloat64(0, little)),
  f4: (view, little) => new PickleFloat(view.getFloat32(0, little)),
  i8: (view, little) => view.getBigInt64(0, little),
  i4: (view, little) => view.getInt32(0, little),
  i2: (view, little) => view.getInt16(0, little),
  i1: (view) => view.getInt8(0),
  u8: (view, little) => view.getBigUint64(0, little),
  u4: (view, little) => view.getUint32(0, little),
  u2: (view, little) => view.getUint16(0, little),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0,
};

function listOf(items: readonly PickleValue[]): PickleList {
  const list = new PickleList();
  for (const item of items) list.items.push(item);
  return list;
}

/** Of a list or tuple; none of nothing. */
function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  if (value === undefined) return [];
  if (value instanceof PickleList || value instanceof PickleTuple) return value.items;
  throw new PickleError('expected a list or a tuple');
}

function copyOf(value: PickleValue | undefined, budget: CopyBudget): readonly PickleValue[] {
  const items = itemsOf(value);
  budget.spend(items.length);
  return [...items];
}

function sizesOf(value: PickleValue | undefined): readonly number[] {
  const items = itemsOf(value);
  if (items.length > MAX_TENSOR_AXES) throw new PickleError(`a tensor of ${items.length} axes`);
  return items.map(size);
}

function size(value: PickleValue | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new PickleError('expected whole numbers from 0 as sizes, strides and offsets of a tensor');
}

function text(value: PickleValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new PickleError('expected a text');
}
