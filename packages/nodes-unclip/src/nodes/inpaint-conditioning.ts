import { defineNode } from '../define-node.js';
import { binaryMask, imageOfMask, maskOfCells } from '../image/inpaint-mask.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Mask } from '../port-types/mask.js';
import { RandomStream } from '../random/random-stream.js';
import { encodePicture } from '../sampling/encode-picture.js';
import { sampleDistribution, toDistribution } from '../sampling/latent-distribution.js';
import { latentSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { SamplingInputError } from '../sampling/start-from-latent.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

const side = (of: string) =>
  ({
    kind: 'integer',
    default: 0,
    min: 0,
    max: 4096,
    multipleOf: 8,
    unit: 'px',
    help: `The ${of} to bring image and mask to; 0 keeps the image’s, rounded down to whole cells.`,
  }) as const;

export const inpaintConditioning = defineNode({
  type: 'InpaintModelConditioning',
  version: 1,
  title: 'Inpaint Conditioning: image and mask for inpainting models',
  description:
    'Prepares an image and a mask as diffusers’ inpainting does: for inpainting checkpoints, which see both, and for plain ones.',
  keywords: ['inpaint', 'inpaint model conditioning', 'fill', 'erase'],
  category: 'conditioning',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that will draw.' },
    image: { type: 'image', help: 'The image to redraw a part of; of several the first counts.' },
    mask: {
      type: 'mask',
      optional: true,
      help: 'White where it is redrawn. Stretched to the image; grey counts as white or black.',
    },
    maskImage: { type: 'image', optional: true, help: 'An image whose brightness is the mask, in its place.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream to draw from; without it the seed starts one.',
    },
  },
  outputs: {
    map: { type: 'unet-map', help: 'What an inpainting model sees beside the latent image.' },
    latent: { type: 'latent', help: 'The image, for a denoise below 1 or a plain checkpoint.' },
    mask: { type: 'mask', help: 'The mask of latent cells, for the sampler with a plain checkpoint.' },
    generator: { type: 'generator', help: 'The random stream after the draw, for the sampler.' },
  },
  params: {
    width: side('width'),
    height: side('height'),
    sampled: {
      kind: 'boolean',
      default: true,
      help: 'Draws the latent, as diffusers does before its first noise, but for an inpainting model that begins with noise alone. Off takes the likeliest one.',
    },
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Encodes in overlapping tiles, which takes less memory. auto: only where the whole image would not fit into memory.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  models({ inputs: { vae, image }, params }) {
    const typical = image.sizePx ?? typicalSizePx(vae);
    const { width: widthPx, height: heightPx } = sizeOf(typical, params, vae.latents.pixelsPerCell);
    const sizePx = { width: widthPx, height: heightPx };
    return { uses: [{ model: vae.encoder({ n: 1, heightPx, widthPx }), times: 2 }], extent: { rows: 1, sizePx } };
  },
  async evaluate({ inputs: { vae, image, mask, maskImage, generator: connected }, params }, { services, signal }) {
    const [picture] = image;
    if (picture === undefined) throw new Error('Internal error: an image without pictures');
    if (vae.encodesTo !== 'distribution') {
      throw new SamplingInputError(
        'InpaintModelConditioning: a TAESD has no distribution to draw from. Take the VAE of the checkpoint.',
      );
    }
    const { pixelsPerCell, scalingFactor } = vae.latents;
    const size = sizeOf(picture, params, pixelsPerCell);
    // 1: the image, and the image without what is redrawn, which is grey
    const pixels = preprocessVae(picture, { ...size, multipleOf: pixelsPerCell });
    const redrawn = binaryMask(maskFrom(mask, maskImage), size);
    const masked = tensor(
      pixels.dims,
      pixels.data.map((value, i) => value * (redrawn[i % redrawn.length] === 1 ? 0 : 1)),
    );
    const encode = (of: Tensor) =>
      encodePicture(of, { vae, inference: services.inference, tiling: params.tiling, signal });
    // 2: the latent
    const distribution = toDistribution(await encode(pixels));
    const stream = connected ? RandomStream.fromState(connected) : RandomStream.fromSeed(params.seed);
    const { mean } = distribution;
    const samples = params.sampled ? sampleDistribution(distribution, stream.randn(mean.data.length, 1)) : mean;
    // 3: what the sampler draws after its noise
    const { mean: maskedMean, std } = toDistribution(await encode(masked));
    const { h = 0, w = 0 } = bindDims('inpaint latent', mean, '1 c h w');
    const cells = maskOfCells(redrawn, size, pixelsPerCell);
    const space = latentSpaceOf(vae);
    return {
      map: {
        kind: 'inpaint',
        known: tensor([1, 1, h, w], cells),
        drawn: { mean: maskedMean, std, scalingFactor },
        level: null,
      },
      latent: {
        samples: tensor(
          samples.dims,
          samples.data.map((value) => value * Math.fround(scalingFactor)),
        ),
        ...(space && { space }),
      },
      mask: { width: w, height: h, data: Uint8Array.from(cells, (level) => 255 * level) },
      generator: stream.state(),
    };
  },
});

/** @throws SamplingInputError if there is neither */
function maskFrom(mask: Mask | undefined, images: readonly RgbImage[] | undefined): RgbImage {
  const [image] = images ?? [];
  if (image !== undefined) return image;
  if (mask !== undefined) return imageOfMask(mask);
  throw new SamplingInputError('InpaintModelConditioning: no mask. Connect one, such as from Load Mask.');
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf(image: Size, { width, height }: Size, pixelsPerCell: number): Size {
  const whole = (sidePx: number) => sidePx - (sidePx % pixelsPerCell);
  return { width: whole(width || image.width), height: whole(height || image.height) };
}
