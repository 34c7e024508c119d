import type { ElementType } from './external-data.js';

/** A number is a fixed size, a string names an axis whose size the caller chooses at each run. */
export type Dim = number | string;
export type SymbolicDims = readonly Dim[];

export interface TensorType {
  readonly dtype: ElementType;
  readonly dims: SymbolicDims;
}

/** A value in the graph: its name, and its properties known before any run. */
export interface Value extends TensorType {
  readonly name: string;
}

/** An operation got values that it cannot take. The message begins with where in the module tree that is. */
export class GraphError extends Error {
  override readonly name = 'GraphError';

  /** @param at path and operator, such as `down_blocks.0.resnets.1.conv1/Conv` */
  constructor(at: string, problem: string) {
    super(`${at}: ${problem}`);
  }
}

/** How many values there are; free axes count as 1. */
export function sizeOf(dims: SymbolicDims): number {
  return dims.reduce<number>((product, dim) => (typeof dim === 'number' ? product * dim : product), 1);
}

/** As in `float32 [n, 77, 1024]`. */
export function showType({ dtype, dims }: TensorType): string {
  return `${dtype} ${showDims(dims)}`;
}

export function showDims(dims: SymbolicDims): string {
  return `[${dims.join(', ')}]`;
}

export function sameDims(a: SymbolicDims, b: SymbolicDims): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * What two shapes give together, as numpy has it; `undefined` if they do not go together. The sizes of two axes are the
 * same only if their names are.
 */
export function broadcastDims(a: SymbolicDims, b: SymbolicDims): SymbolicDims | undefined {
  const rank = Math.max(a.length, b.length);
  const at = (dims: SymbolicDims, axis: number) => dims[axis - (rank - dims.length)] ?? 1;
  const dims = Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [at(a, axis), at(b, axis)];
    return x === y || y === 1 ? x : x === 1 ? y : undefined;
  });
  return dims.every((dim) => dim !== undefined) ? dims : undefined;
}

/**
 * The shape that ONNX's Reshape gives; `undefined` if the values do not fit.
 *
 * @param to 0 keeps the size of the same axis, -1 takes the rest
 */
export function reshapedDims(from: SymbolicDims, to: readonly number[]): SymbolicDims | undefined {
  const kept = to.map((dim, axis) => (dim === 0 ? from[axis] : dim));
  if (kept.some((dim) => dim === undefined)) return undefined;
  const dims = kept as SymbolicDims;
  const given = countOf(from);
  const wanted = countOf(dims.filter((dim) => dim !== -1));
  if (given.free !== wanted.free) return undefined;
  if (!dims.includes(-1)) return given.fixed === wanted.fixed ? dims : undefined;
  const rest = given.fixed / wanted.fixed;
  return Number.isInteger(rest) ? dims.map((dim) => (dim === -1 ? rest : dim)) : undefined;
}

/** How many values a shape holds: the product of the fixed sizes, and the names of the free ones. */
function countOf(dims: SymbolicDims): { readonly fixed: number; readonly free: string } {
  return {
    fixed: sizeOf(dims),
    free: dims
      .filter((dim) => typeof dim === 'string')
      .sort()
      .join(' '),
  };
}
