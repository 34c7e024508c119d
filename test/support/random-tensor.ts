import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';

/** Values of about the size of standard normal ones, the same for the same seed. */
export function randomTensor(dims: readonly number[], seed: number): Tensor {
  let state = seed >>> 0;
  const uniform = (): number => {
    // Numerical Recipes' linear congruential generator: enough to have no symmetry a broken graph could hide in.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const size = dims.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(size);
  for (let i = 0; i < size; i++) data[i] = 2 * (uniform() + uniform() + uniform() - 1.5);
  return tensor(dims, data);
}
