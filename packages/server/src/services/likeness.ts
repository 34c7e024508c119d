/**
 * A direction as int8, with a largest component of 127 or -127: cosines of such differ from the exact ones by less than
 * 0.01.
 *
 * @returns empty if there is no direction: all zeros, or a component that is not finite
 */
export function quantize(vector: Float32Array): Int8Array {
  let largest = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) return new Int8Array();
    largest = Math.max(largest, Math.abs(value));
  }
  return largest === 0 ? new Int8Array() : Int8Array.from(vector, (value) => Math.round((value / largest) * 127));
}

/** The cosine of the angle between two vectors of one length, -1 to 1. */
export function cosine(a: Int8Array, b: Int8Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    // Inside of both arrays; a check of each would take three times as long as the sums.
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}
