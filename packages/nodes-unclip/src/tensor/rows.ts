import { withReason } from '@unclip-studio/graph-core';
import { ShapeError, type Tensor, tensor } from './tensor.js';

/** How many values one row (one index of the first axis) holds. */
function rowSize({ dims }: Tensor): number {
  return dims.slice(1).reduce((product, dim) => product * dim, 1);
}

/** Each row `count` times, the copies side by side: rows a b, twice, are a a b b. */
export function repeatRows(rows: Tensor, count: number): Tensor {
  if (count === 1) return rows;
  const size = rowSize(rows);
  const [n = 0, ...rest] = rows.dims;
  const data = new Float32Array(n * count * size);
  for (let i = 0; i < n; i++) {
    const row = rows.data.subarray(i * size, (i + 1) * size);
    for (let copy = 0; copy < count; copy++) data.set(row, (i * count + copy) * size);
  }
  return tensor([n * count, ...rest], data);
}

/** `n` rows from `n`, or from one that is repeated. @throws ShapeError for any other number of rows */
export function broadcastRows(what: string, rows: Tensor, n: number): Tensor {
  if (rows.dims[0] === n) return rows;
  if (rows.dims[0] === 1) return repeatRows(rows, n);
  throw withReason(new ShapeError(`${what}: expected 1 or ${n} rows, got ${rows.dims[0]}`), {
    code: 'batches-differ',
    expected: n,
    got: rows.dims[0] ?? 0,
  });
}

/** Each row by itself, as a tensor with one row. */
export function splitRows(rows: Tensor): readonly Tensor[] {
  return Array.from({ length: rows.dims[0] ?? 0 }, (_, i) => rowOf(rows, i));
}

/** One row, as a tensor with one row. */
export function rowOf(rows: Tensor, index: number): Tensor {
  const size = rowSize(rows);
  return tensor([1, ...rows.dims.slice(1)], rows.data.slice(index * size, (index + 1) * size));
}

/** The rows of all tensors in one, first to last. @throws ShapeError if their rows differ in shape */
export function concatRows(what: string, parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new ShapeError(`${what}: expected at least one tensor, got none`);
  const rest = first.dims.slice(1);
  const size = rowSize(first);
  for (const part of parts) {
    if (part.dims.slice(1).join() !== rest.join()) {
      throw new ShapeError(`${what}: expected rows of [${rest.join(', ')}], got [${part.dims.slice(1).join(', ')}]`);
    }
  }
  const n = parts.reduce((sum, part) => sum + (part.dims[0] ?? 0), 0);
  const data = new Float32Array(n * size);
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return tensor([n, ...rest], data);
}
