import { MAX_GATHERED_BYTES } from '../../limits.js';
import { bytesPerElement, type SafetensorsHeader, type SafetensorsTensor, type WeightFile } from '../safetensors.js';
import { type PickleDict, PickledTensor, PickleError, type PickleValue } from './pickle-values.js';
import { readTorchFile, type TorchFile } from './torch-file.js';

/**
 * The keys under which trainers store the weights, next to other data; the first that exists counts. The last is that
 * of textual inversions.
 */
const CONTAINERS = ['state_dict', 'params_ema', 'params', 'string_to_param'] as const;

/**
 * The weights of a file of torch.save, as a safetensors header would list them.
 *
 * @throws PickleError
 */
export async function readPickleHeader(file: WeightFile): Promise<SafetensorsHeader> {
  const torchFile = await readTorchFile(file);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, tensor] of stateDictOf(torchFile.root)) {
    try {
      tensors.set(name, await toStored(torchFile, tensor));
    } catch (error) {
      if (!(error instanceof PickleError)) throw error;
      throw new PickleError(`tensor ${JSON.stringify(name)}: ${error.message}`, { cause: error });
    }
  }
  return { file: file.name, tensors, metadata: new Map() };
}

/** @throws PickleError if there is none */
function stateDictOf(root: PickleValue): readonly (readonly [string, PickledTensor])[] {
  if (!(root instanceof Map)) throw new PickleError('expected a dict of weights');
  const inner = CONTAINERS.map((key) => root.get(key)).find((value): value is PickleDict => value instanceof Map);
  const entries = [...flattened(inner ?? root)].filter(
    (entry): entry is [string, PickledTensor] => typeof entry[0] === 'string' && entry[1] instanceof PickledTensor,
  );
  if (entries.length === 0) throw new PickleError('expected a dict of weights, got one without tensors');
  return entries;
}

/** An IP-Adapter has its parts in separate dicts. */
const PARTS: readonly unknown[] = ['image_proj', 'ip_adapter'];

function* flattened(dict: PickleDict): Generator<readonly [PickleValue, PickleValue]> {
  for (const [key, value] of dict) {
    if (!(value instanceof Map && PARTS.includes(key))) yield [key, value];
    else for (const [name, tensor] of value) if (typeof name === 'string') yield [`${String(key)}.${name}`, tensor];
  }
}

async function toStored(file: TorchFile, tensor: PickledTensor): Promise<SafetensorsTensor> {
  const { dtype, shape } = tensor;
  const { offset, strides } = await file.place(tensor);
  const length = shape.reduce((product, size) => product * size, bytesPerElement(dtype));
  if (strides === null) return { dtype, shape, offset, length };
  const [rows = 0, columns = 0] = shape;
  // A column-major matrix is the row-major transpose, and needs no copy.
  if (shape.length === 2 && strides[0] === 1 && strides[1] === rows && columns > 0) {
    return { dtype, shape, offset, length, isTransposed: true };
  }
  if (length > MAX_GATHERED_BYTES) throw new PickleError(`${length} bytes that do not lie in one piece`);
  return { dtype, shape, offset, length, strides };
}

/**
 * The bytes of a tensor whose elements are not in row order, brought into that order.
 *
 * @param read of the file, from an offset
 */
export async function gather(
  { dtype, shape, offset, length, strides = [] }: SafetensorsTensor,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const width = bytesPerElement(dtype);
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] as number), 1);
  const from = await read(offset, span * width);
  const bytes = new Uint8Array(length);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < length; target += width) {
    bytes.set(from.subarray(source * width, (source + 1) * width), target);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      const at = (index[axis] as number) + 1;
      source += stride;
      if (at < (shape[axis] as number)) {
        index[axis] = at;
        break;
      }
      source -= at * stride;
      index[axis] = 0;
    }
  }
  return bytes;
}
