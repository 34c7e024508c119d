const sumView = new Float64Array(1);
// The low word comes first: every platform that JavaScript engines run on is little-endian.
const sumWords = new Int32Array(sumView.buffer);

/**
 * `a * b + c` of three float32 numbers with a single rounding to float32, like the processor's fused multiply-add. The
 * result must be a normal float32 number or zero.
 *
 * Rounding the binary64 sum again can be wrong only if that sum is exactly halfway between two float32 neighbours. The
 * function is this short because it must be inlined to be fast.
 */
export function fma32(a: number, b: number, c: number): number {
  const sum = a * b + c;
  sumView[0] = sum;
  return ((sumWords[0] as number) & 0x1fffffff) === 0x10000000 ? settleTie(a * b, c, sum) : Math.fround(sum);
}

/**
 * `product` is exact, as 24 x 24 bits fit in binary64; the sign of the sum's error says on which side the true sum is.
 */
function settleTie(product: number, c: number, sum: number): number {
  // Knuth's TwoSum: product + c = sum + error, exactly.
  const virtual = sum - product;
  const error = product - (sum - virtual) + (c - virtual);
  const nearest = Math.fround(sum);
  if (error === 0) return nearest;
  const neighbour = sum + (sum - nearest);
  return error > 0 === neighbour > nearest ? neighbour : nearest;
}
