import { type Tensor, tensor } from '../tensor/tensor.js';

/**
 * Moves the state of each token away from the empty prompt's, or towards it: empty + weight (state - empty).
 *
 * @param states float32 [1, t, d]
 * @param weights t of them; 1 leaves a token as it is
 * @see ComfyUI, comfy/sd1_clip.py, encode_token_weights
 */
export function weightTextStates(
  states: Tensor,
  { empty, weights }: { readonly empty: Tensor; readonly weights: readonly number[] },
): Tensor {
  const [, , d = 1] = states.dims;
  return tensor(
    states.dims,
    states.data.map((value, i) => {
      const weight = weights[Math.floor(i / d)] ?? 1;
      const base = empty.data[i] as number;
      return weight === 1 ? value : base + weight * (value - base);
    }),
  );
}
