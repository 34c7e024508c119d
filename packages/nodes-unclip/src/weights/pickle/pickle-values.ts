import type { SafetensorsDtype } from '../safetensors.js';

/** A file that is not a pickle of tensors, or does what no such file needs; none of it can be trusted. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

/** What a pickle holds, as data. Lists, dicts and sets may hold themselves. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickledStorage
  | PickledTensor
  | PickledNumpyType
  | PickleFloat;

export type PickleDict = Map<PickleValue, PickleValue>;

/** Apart from whole numbers, since no size of a tensor may be one. */
export class PickleFloat {
  constructor(readonly value: number) {}
}

export class PickleList {
  readonly items: PickleValue[] = [];
}

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PickleSet {
  readonly items = new Set<PickleValue>();
}

/**
 * A class or function of Python, by name. It is never imported, and its calls are evaluated only if {@link
 * ./rebuild.ts} knows their result.
 */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** Contiguous elements; the file that contains the pickle says which bytes they are. */
export class PickledStorage {
  constructor(
    readonly key: string,
    /** `null`: only a number of bytes is known. */
    readonly dtype: SafetensorsDtype | null,
    /** Of elements, or of bytes where the dtype is not known. */
    readonly count: number,
    /** Elements of the storage named `key` before it. */
    readonly start = 0,
  ) {}
}

/** A view of a storage. */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    readonly dtype: SafetensorsDtype,
    readonly shape: readonly number[],
    /** Elements from one index of an axis to the next, from 0 up. */
    readonly strides: readonly number[],
    /** In elements of the storage. */
    readonly offset: number,
  ) {}
}

/** `torch.nn.ParameterDict`, which older textual inversions keep their vectors in. */
export class PickledParameterDict extends Map<PickleValue, PickleValue> {}

/** `numpy.dtype`, which numpy's numbers come with. */
export class PickledNumpyType {
  isBigEndian = false;

  constructor(readonly code: string) {}
}
