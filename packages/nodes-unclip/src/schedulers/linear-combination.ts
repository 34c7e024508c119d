export type Term = readonly [factor: number, values: Float32Array];

/** The sum of the terms from left to right; each product and each sum rounds to float32, as torch's do. */
export function combine(terms: readonly Term[]): Float32Array {
  const [first, ...others] = terms as readonly [Term, ...Term[]];
  const sum = first[1].map((value) => first[0] * value);
  for (const [factor, values] of others) {
    for (let i = 0; i < sum.length; i++) sum[i] = at(sum, i) + Math.fround(factor * at(values, i));
  }
  return sum;
}

/** factor * (a - b). */
export function difference(a: Float32Array, b: Float32Array, factor: number): Float32Array {
  return a.map((value, i) => factor * Math.fround(value - at(b, i)));
}

/** An index which the caller knows to be inside: all arrays of a step are of one length. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

/** Predictions, the newest first, carried forward by one step of equal length; as many as there are, up to four. */
export function adamsBashforth(history: readonly Float32Array[]): Float32Array {
  const [e1, e2, e3, e4] = history as readonly [Float32Array, Float32Array?, Float32Array?, Float32Array?];
  if (e2 === undefined) return e1;
  if (e3 === undefined)
    return combine([
      [3, e1],
      [-1, e2],
    ]).map((value) => value / 2);
  if (e4 === undefined)
    return combine([
      [23, e1],
      [-16, e2],
      [5, e3],
    ]).map((value) => value / 12);
  return combine([
    [55, e1],
    [-59, e2],
    [37, e3],
    [-9, e4],
  ]).map((value) => Math.fround(1 / 24) * value);
}
