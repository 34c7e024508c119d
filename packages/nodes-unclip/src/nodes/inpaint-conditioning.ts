import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import { cropToMultiple } from '../image/crop-image.js';
import { binaryMask, imageOfMask, maskOfCells } from '../image/inpaint-mask.js';
import { maskOfChannel } from '../image/mask-of-channel.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { VaeModel } from '../models/model.js';
import type { Mask } from '../port-types/mask.js';
import { RandomStream } from '../random/random-stream.js';
import { maskLikeComfyUi } from '../sampling/comfyui/inpaint-mask.js';
import { encodeImage, encoderUse } from '../sampling/encode-image.js';
import { sampleDistribution, toDistribution } from '../sampling/latent-distribution.js';
import { latentSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { SamplingInputError } from '../sampling/start-from-latent.js';
import { joinChannels } from '../sampling/unet-map.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { NUMERICS_PARAM } from './shared-params.js';

const side = (of: string) =>
  ({
    kind: 'integer',
    default: 0,
    min: 0,
    max: 4096,
    multipleOf: 8,
    unit: 'px',
    help: `The ${of} that image and mask are resized to; 0 keeps the image’s ${of}, rounded down to a multiple of 8.`,
  }) as const;

export const inpaintConditioning = defineNode({
  type: 'InpaintModelConditioning',
  version: 1,
  title: 'Inpaint Conditioning: image and mask for inpainting models',
  description:
    'Prepares an image and a mask for inpainting, as in diffusers: for inpainting checkpoints, which see both, and for plain ones.',
  keywords: ['inpaint', 'inpaint model conditioning', 'fill', 'erase'],
  category: 'conditioning',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that generates the image.' },
    image: { type: 'image', help: 'The image to inpaint; only the first of a batch is used.' },
    mask: {
      type: 'mask',
      optional: true,
      help: 'White where the image is redrawn. Stretched to the image; gray is rounded to white or black.',
    },
    maskImage: {
      type: 'image',
      optional: true,
      help: 'An image to use instead of the mask; its brightness is the mask.',
    },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) to use. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    map: { type: 'unet-map', help: 'The extra input of an inpainting model, for the sampler.' },
    latent: { type: 'latent', help: 'The encoded image, for a denoise below 1 or a plain checkpoint.' },
    mask: { type: 'mask', help: 'The mask in latent size, for the sampler with a plain checkpoint.' },
    generator: { type: 'generator', help: 'The random stream after this node, for the sampler.' },
  },
  params: {
    width: side('width'),
    height: side('height'),
    sampled: {
      kind: 'boolean',
      default: true,
      help: 'Samples the latent from the VAE’s distribution, as diffusers does, except for an inpainting model that starts from pure noise. Off: uses the most likely latent.',
    },
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Encodes in overlapping tiles, which takes less memory. auto: only if the whole image would not fit into memory.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: prepares image and mask like ComfyUI’s node of this name, for a sampler with numerics “comfyui”; works with plain checkpoints too.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  inpaint: { image: 'image', mask: 'mask' },
  models({ inputs: { vae, image }, params }, fits) {
    const typical = image.sizePx ?? typicalSizePx(vae);
    const { width: widthPx, height: heightPx } = sizeOf(typical, params, vae.latents.pixelsPerCell);
    const sizePx = { width: widthPx, height: heightPx };
    const { model, times } = encoderUse({ widthPx, heightPx }, { vae, tiling: params.tiling, fits });
    return { uses: [{ model, times: 2 * times }], extent: { rows: 1, sizePx } };
  },
  async evaluate({ inputs: { vae, image, mask, maskImage, generator: connected }, params }, { services, signal }) {
    const [source] = image;
    if (source === undefined) throw new Error('Internal error: an empty image batch');
    if (vae.encodesTo !== 'distribution') {
      throw withReason(
        new SamplingInputError(
          'InpaintModelConditioning: a TAESD has no distribution to draw from. Take the VAE of the checkpoint.',
        ),
        { code: 'model-cannot', model: 'TAESD', what: 'inpaint' },
      );
    }
    const { pixelsPerCell, scalingFactor } = vae.latents;
    const stream = connected ? RandomStream.fromState(connected) : RandomStream.fromSeed(params.seed);
    if (params.numerics === 'comfyui') {
      requireOwnSize(params);
      const redrawn = maskLevels(mask, maskImage);
      const encode = (of: Tensor) =>
        encodeImage(of, { vae, inference: services.inference, tiling: params.tiling, signal });
      return { ...(await prepareLikeComfyUi({ vae, source, redrawn, encode })), generator: stream.state() };
    }
    const size = sizeOf(source, params, pixelsPerCell);
    // 1: the image, and the image with the redrawn part in grey
    const pixels = preprocessVae(source, { ...size, multipleOf: pixelsPerCell });
    const redrawn = binaryMask(maskFrom(mask, maskImage), size);
    const masked = tensor(
      pixels.dims,
      pixels.data.map((value, i) => value * (redrawn[i % redrawn.length] === 1 ? 0 : 1)),
    );
    const encode = (of: Tensor) =>
      encodeImage(of, { vae, inference: services.inference, tiling: params.tiling, signal });
    // 2: the latent
    const distribution = toDistribution(await encode(pixels));
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

interface Preparing {
  readonly vae: VaeModel;
  readonly source: RgbImage;
  readonly redrawn: Mask;
  encode(pixels: Tensor): Promise<Tensor>;
}

/** @see ComfyUI 0.3.64, nodes.py, InpaintModelConditioning; comfy/model_base.py, BaseModel.concat_cond */
async function prepareLikeComfyUi({ vae, source, redrawn, encode }: Preparing) {
  const { pixelsPerCell: multipleOf, scalingFactor } = vae.latents;
  const { pixels: size, levels, cells } = maskLikeComfyUi(redrawn, source, multipleOf);
  const pixels = preprocessVae(cropToMultiple(source, multipleOf), { multipleOf });
  // Gray is 0 here.
  const masked = pixels.data.map((value, i) => ((levels[i % levels.length] as number) > 0.5 ? 0 : value));
  const latentOf = async (of: Tensor) => {
    const { mean } = toDistribution(await encode(of));
    return tensor(
      mean.dims,
      mean.data.map((value) => value * Math.fround(scalingFactor)),
    );
  };
  const [samples, known] = [await latentOf(pixels), await latentOf(tensor(pixels.dims, masked))];
  const space = latentSpaceOf(vae);
  return {
    map: { kind: 'inpaint', known: joinChannels(cells, known), drawn: null, level: null } as const,
    latent: { samples, ...(space && { space }) },
    mask: { ...size, data: Uint8Array.from(levels, (level) => Math.round(255 * level)) },
  };
}

/** @throws SamplingInputError for a size, which would have no effect */
function requireOwnSize({ width, height }: Size): void {
  if (width === 0 && height === 0) return;
  throw withReason(
    new SamplingInputError(
      'InpaintModelConditioning: width and height would have no effect with numerics “comfyui”. Set them to 0, and put an ' +
        'ImageResize before.',
    ),
    { code: 'settings-without-effect', settings: ['width', 'height'], choice: 'comfyui' },
  );
}

function maskLevels(mask: Mask | undefined, images: readonly RgbImage[] | undefined): Mask {
  return images === undefined && mask !== undefined ? mask : maskOfChannel(maskFrom(mask, images), 'brightness');
}

/** @throws SamplingInputError if there is neither */
function maskFrom(mask: Mask | undefined, images: readonly RgbImage[] | undefined): RgbImage {
  const [image] = images ?? [];
  if (image !== undefined) return image;
  if (mask !== undefined) return imageOfMask(mask);
  throw withReason(new SamplingInputError('InpaintModelConditioning: no mask. Connect one, such as from Load Mask.'), {
    code: 'input-missing',
    input: 'mask',
  });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf(image: Size, { width, height }: Size, pixelsPerCell: number): Size {
  const whole = (sidePx: number) => sidePx - (sidePx % pixelsPerCell);
  return { width: whole(width || image.width), height: whole(height || image.height) };
}
