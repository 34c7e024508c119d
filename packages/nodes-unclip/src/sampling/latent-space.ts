import { withReason } from '@unclip-studio/graph-core';
import type { LatentFormat } from '../models/model.js';
import type { Latent, LatentSpace } from '../port-types/latent.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { SamplingInputError } from './start-from-latent.js';

interface LatentMaker {
  readonly name: string;
  readonly latents: LatentFormat;
}

/** The latents that a model makes or reads; `undefined` if it makes them in any form its readers need. */
export function latentSpaceOf({ latents }: LatentMaker): LatentSpace | undefined {
  const { pixelsPerCell, scalingFactor, takesAnyScale = false } = latents;
  return takesAnyScale ? undefined : { pixelsPerLatent: pixelsPerCell, scalingFactor };
}

/** Of the images that a model was trained for. */
export function typicalSizePx({ latents }: LatentMaker): { readonly width: number; readonly height: number } {
  const sidePx = latents.typicalSide * latents.pixelsPerCell;
  return { width: sidePx, height: sidePx };
}

/**
 * A latent in a model's scaling: multiplied by its scaling factor, if it comes from another one. Whether the values of
 * the two VAEs mean the same cannot be checked here; they do for all of Stable Diffusion 1 and 2.
 *
 * @param what names the reader in messages
 * @returns float32 [n, latentChannels, h, w]
 * @throws ShapeError | SamplingInputError for a latent of a VAE of another size
 */
export function toSpaceOf(what: string, { samples, space }: Latent, model: LatentMaker): Tensor {
  bindDims(`${what} latent`, samples, `n ${model.latents.channels} h w`);
  const { pixelsPerCell, scalingFactor, takesAnyScale = false } = model.latents;
  if (space === undefined) return samples;
  if (space.pixelsPerLatent !== pixelsPerCell) {
    throw withReason(
      new SamplingInputError(
        `${what}: each cell of the latent covers ${space.pixelsPerLatent} x ${space.pixelsPerLatent} px, but for ` +
          `${pixelsPerCell} x ${pixelsPerCell} to the checkpoint "${model.name}". Their VAEs differ: decode the ` +
          'latent with the VAE it was made for, and encode the image with this one’s VAE Encode.',
      ),
      { code: 'made-for-other-model', kind: 'latent', model: model.name },
    );
  }
  if (takesAnyScale || space.scalingFactor === scalingFactor) return samples;
  const factor = scalingFactor / space.scalingFactor;
  return tensor(
    samples.dims,
    samples.data.map((value) => value * factor),
  );
}
