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
