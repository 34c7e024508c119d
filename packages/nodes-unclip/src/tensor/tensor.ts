interface DataOf {
  readonly float32: Float32Array;
  readonly int64: BigInt64Array;
}

/** A dense row-major array. Its data belong to the function that made it and are never changed afterwards. */
export interface Tensor<D extends keyof DataOf = 'float32'> {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly data: DataOf[D];
}

/** A tensor has another shape than the place it came to can take. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** @throws ShapeError if `data` holds another number of values than `dims` says */
export function tensor(dims: readonly number[], data: Float32Array): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) {
    throw new ShapeError(`tensor: [${dims.join(', ')}] holds ${size} values, got ${data.length}`);
  }
  return { dtype: 'float32', dims, data };
}

/**
 * Checks a tensor against a spelled-out shape and returns the named axes.
 * A number must match; a name binds on first use and must then agree; `_` matches anything.
 *
 * @throws ShapeError with the form `unet sample: expected [n, 4, h, w], got [1, 3, 64, 64]`
 */
export function bindDims(
  what: string,
  { dims }: { readonly dims: readonly number[] },
  pattern: string,
): Record<string, number> {
  const axes = pattern.split(' ');
  const bound: Record<string, number> = {};
  const fits =
    axes.length === dims.length &&
    dims.every((size, i) => {
      const axis = axes[i] as string;
      if (axis === '_') return true;
      if (/^\d+$/.test(axis)) return Number(axis) === size;
      bound[axis] ??= size;
      return bound[axis] === size;
    });
  if (!fits) throw new ShapeError(`${what}: expected [${axes.join(', ')}], got [${dims.join(', ')}]`);
  return bound;
}
