import { type Tensor, tensor } from '../tensor/tensor.js';

/** Text states behind each other. @param parts float32 [1, t, d] each, at least one; -> [1, sum of t, d] */
export function joinTokens(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new Error('Internal error: a prompt without parts');
  if (parts.length === 1) return first;
  const width = first.dims[2] ?? 0;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return tensor([1, data.length / width, width], data);
}

/**
 * Both sides of guidance with as many tokens, since they go through the UNet together: each is repeated as a whole, which
 * changes nothing of what cross attention sees in it.
 *
 * @see ComfyUI, comfy/conds.py, CONDCrossAttn.concat
 */
export function matchLengths(positive: Tensor, negative: Tensor) {
  const [p = 1, n = 1] = [positive.dims[1], negative.dims[1]];
  const length = commonLength(p, n);
  const repeated = (states: Tensor, times: number) => joinTokens(new Array<Tensor>(times).fill(states));
  return { positive: repeated(positive, length / p), negative: repeated(negative, length / n) };
}

/** The least length that both go into. */
export function commonLength(a: number, b: number): number {
  return (a * b) / greatestDivisor(a, b);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
