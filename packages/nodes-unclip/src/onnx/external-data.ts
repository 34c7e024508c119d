import { ProtoWriter } from './proto.js';

/** ONNX element types that graphs here use, by their number in `TensorProto.DataType`. */
export const ELEMENT_TYPE = {
  float32: 1,
  int64: 7,
  float16: 10,
  float64: 11,
  bfloat16: 16,
  /** The variant without infinities, FLOAT8E4M3FN, which torch calls float8_e4m3fn. */
  float8e4m3: 17,
  float8e5m2: 19,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

/** They come from files only, and are widened before anything is computed. */
export function isFloat8(type: ElementType): boolean {
  return type === 'float8e4m3' || type === 'float8e5m2';
}

/** A weight that stays where it is on disk: `length` bytes from `offset` of the file `location`. */
export interface ExternalTensor {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  /** A file inside the model's weights folder, by its path there with '/'. ONNX Runtime refuses anything that leaves it. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** The file holds the matrix [columns, rows] where `dims` says [rows, columns]. */
  readonly isTransposed?: boolean;
  /** The complete data, if it is not contiguous on disk; `location`, `offset` and `length` do not count then. */
  readonly bytes?: Uint8Array;
}

const DATA_LOCATION_EXTERNAL = 1;

// In place of a file, for tensors at an address of this process: kTensorProtoMemoryAddressTag of ONNX Runtime, which OpenVINO reads as well.
const IN_MEMORY = '*/_ORT_MEM_ADDR_/*';

/**
 * `TensorProto` with mostly external data, see "External Data" in onnx/onnx v1.17 docs/ExternalData.md.
 *
 * @param addressOf where its file is mapped in memory; left out, the tensor names the file
 */
export function externalInitializer(
  name: string,
  tensor: ExternalTensor,
  addressOf?: (location: string) => number,
): ProtoWriter {
  if (tensor.bytes === undefined && !tensor.location.split('/').every(isPlainFileName)) {
    throw new Error(
      `Internal error: weight "${name}" lies in "${tensor.location}", which is not a file inside the folder of the weights`,
    );
  }
  const proto = new ProtoWriter();
  for (const dim of tensor.dims) proto.int(1, dim);
  proto.int(2, ELEMENT_TYPE[tensor.elementType]).string(8, name);
  if (tensor.bytes !== undefined) return proto.bytes(9, tensor.bytes);
  for (const [key, value] of [
    ['location', addressOf === undefined ? tensor.location : IN_MEMORY],
    ['offset', String((addressOf?.(tensor.location) ?? 0) + tensor.offset)],
    ['length', String(tensor.length)],
  ] as const) {
    proto.message(13, new ProtoWriter().string(1, key).string(2, value));
  }
  return proto.int(14, DATA_LOCATION_EXTERNAL);
}

function isPlainFileName(location: string): boolean {
  return location !== '' && location !== '.' && location !== '..' && !/[\\/:\0]/.test(location);
}
