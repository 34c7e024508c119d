import { withReason } from '@unclip-studio/graph-core';
import { rowOf } from '../tensor/rows.js';
import type { Beginning } from './begin-sampling.js';
import type { Guides } from './guides.js';
import { SamplingInputError } from './start-from-latent.js';

/** One image of a batch, which is generated alone. */
export interface BatchIndex {
  readonly index: number;
  /** Images in the whole batch. */
  readonly of: number;
}

/**
 * Which image is generated, of the whole batch if it is `undefined`.
 *
 * @param onlyImage counts from 1; 0 is all of them
 * @throws SamplingInputError if the batch has fewer images
 */
export function oneOfBatch(onlyImage: number, images: number): BatchIndex | undefined {
  if (onlyImage === 0) return undefined;
  if (onlyImage > images) {
    throw withReason(
      new SamplingInputError(
        `UNetSample: “only image” is ${onlyImage}, but the batch has ${images}. Choose 1 to ${images}, or 0 for all of them.`,
      ),
      { code: 'setting-range', setting: 'onlyImage', value: onlyImage, min: 0, max: images },
    );
  }
  return { index: onlyImage - 1, of: images };
}

/** What guides one image. @param guides with a row for each image */
export function guidesOfOne(guides: Guides, { index }: BatchIndex): Guides {
  const inputs = Object.entries(guides.inputs).map(([name, guide]) => [
    name,
    { ...guide, guided: rowOf(guide.guided, index), unguided: guide.unguided && rowOf(guide.unguided, index) },
  ]);
  const { prompts } = guides;
  const one: Guides = { ...guides, inputs: Object.fromEntries(inputs) };
  if (prompts === undefined) return one;
  const partOf = ({ image, controls, ...part }: (typeof prompts.guided)[number]) => ({
    ...{ ...part, states: rowOf(part.states, index) },
    ...(image && { image: rowOf(image, index) }),
    // Spread guides have an image for each row.
    ...(controls && {
      controls: controls.map((control) => ({ ...control, images: control.images.slice(index, index + 1) })),
    }),
  });
  return {
    ...one,
    prompts: { ...prompts, guided: prompts.guided.map(partOf), unguided: prompts.unguided.map(partOf) },
  };
}

/** What sampling of one image begins with. Noise is drawn for the whole batch, so that the image gets the same as in it. */
export function beginningOfOne(beginning: Beginning, one: BatchIndex): Beginning {
  const { kept, latents, randn } = beginning;
  return {
    ...beginning,
    latents: rowOf(latents, one.index),
    ...(kept && {
      kept: { ...kept, original: rowOf(kept.original, one.index), noise: partOfOne(kept.noise, one) },
    }),
    randn: (count) => partOfOne(randn(count * one.of), one),
  };
}

/** The values of one image. @param all equally many for each image of the batch */
export function partOfOne(all: Float32Array, { index, of }: BatchIndex): Float32Array {
  const size = all.length / of;
  return all.slice(index * size, (index + 1) * size);
}
