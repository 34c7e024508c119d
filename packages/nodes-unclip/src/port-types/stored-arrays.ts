/** Numbers that are stored as bytes separately from the fields that describe them. */
export type StoredArray = Float32Array | Float64Array | Uint32Array | Uint8Array;

/** The stored form of a value: JSON fields, in which an array is replaced by its index in `arrays`. */
export interface StoredValue {
  readonly fields: unknown;
  readonly arrays: readonly StoredArray[];
}

/** The stored value does not have the form that this version writes. */
export class StoredFormError extends Error {
  override readonly name = 'StoredFormError';
}

/** Collects the arrays of one value. */
export class ArrayList {
  readonly arrays: StoredArray[] = [];

  /** @returns the array's place */
  add(array: StoredArray): number {
    return this.arrays.push(array) - 1;
  }
}

type ArrayClass<Kind extends StoredArray> = abstract new (...args: never[]) => Kind;

/** The array at an index. @throws StoredFormError if there is none of that kind */
export function arrayAt<Kind extends StoredArray>(
  arrays: readonly StoredArray[],
  place: unknown,
  kind: ArrayClass<Kind>,
): Kind {
  const array = typeof place === 'number' ? arrays[place] : undefined;
  if (array instanceof kind) return array;
  throw new StoredFormError(`expected a place of a ${kind.name}, got ${JSON.stringify(place)}`);
}

/**
 * The fields of a stored object, to be checked one by one.
 *
 * @throws StoredFormError if it is not an object, or has other fields
 */
export function fieldsOf(value: unknown, ...names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new StoredFormError('no object');
  const others = Object.keys(value).filter((name) => !names.includes(name));
  if (others.length > 0) throw new StoredFormError(`unknown fields: ${others.join(', ')}`);
  return value as Readonly<Record<string, unknown>>;
}

/** A count, or a place. @throws StoredFormError for anything else */
export function wholeNumber(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new StoredFormError(`expected a whole number, got ${JSON.stringify(value)}`);
}
