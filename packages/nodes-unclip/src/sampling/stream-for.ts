import type { Seed } from '@unclip-studio/graph-core';
import { RandomStream, type RandomStreamState } from '../random/random-stream.js';

interface StreamParams {
  readonly seed: Seed;
  /** Each image has a stream of its own. */
  readonly seedPerImage: boolean;
}

/**
 * What a node of several images draws from.
 *
 * @param connected goes before the params
 */
export function streamFor(
  connected: RandomStreamState | undefined,
  { seed, seedPerImage }: StreamParams,
  images: number,
): RandomStream {
  if (connected !== undefined) return RandomStream.fromState(connected);
  return seedPerImage ? RandomStream.perImage(seed, images) : RandomStream.fromSeed(seed);
}
