import { type Generator, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';

/** The equivalent of diffusers' `generator`: one, or a list with one for each image. */
export function generatorOf(seed: number | readonly number[]): Generator {
  if (typeof seed === 'number') return { state: new TorchGenerator(seed).state() };
  const [state, ...others] = seed.map((one) => new TorchGenerator(one).state());
  if (state === undefined) throw new Error('an empty list of generators');
  return { state, others };
}
