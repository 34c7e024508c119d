import { defineNode } from '../define-node.js';
import { cropToMultiple } from '../image/crop-image.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import type { Mask } from '../port-types/mask.js';
import { growMask, maskForPixels } from '../sampling/comfyui/inpaint-mask.js';
import { encodeImage, encoderUse } from '../sampling/encode-image.js';
import { toDistribution } from '../sampling/latent-distribution.js';
import { latentSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { concatRows } from '../tensor/rows.js';
import { tensor } from '../tensor/tensor.js';

export const vaeEncodeForInpaint = defineNode({
  type: 'VAEEncodeForInpaint',
  version: 1,
  title: 'VAE Encode for Inpainting',
  description: 'Encodes images with the masked area set to gray, and grows the mask, like ComfyUI’s node of this name.',
  keywords: ['inpaint', 'mask', 'fill'],
  category: 'sampling',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that generates the image.' },
    image: { type: 'image', help: 'The images. They are cropped around the centre to multiples of 8 px.' },
    mask: { type: 'mask', help: 'White where the image is redrawn (inpainted).' },
  },
  outputs: {
    latent: { type: 'latent', help: 'The latent images without the masked area.' },
    mask: { type: 'mask', help: 'The grown mask, for the sampler.' },
  },
  params: {
    growMaskBy: {
      kind: 'integer',
      default: 6,
      min: 0,
      max: 64,
      unit: 'px',
      label: 'grow mask by',
      help: 'How many pixels the mask is expanded by, so that no seam is left.',
    },
  },
  models({ inputs: { vae, image } }, fits) {
    const { width: widthPx, height: heightPx } = image.sizePx ?? typicalSizePx(vae);
    const { model, times } = encoderUse({ widthPx, heightPx }, { vae, tiling: 'auto', fits });
    return { uses: [{ model, times: times * image.rows }], extent: image };
  },
  async evaluate({ inputs, params }, { services, signal }) {
    const { vae, image } = inputs;
    const { pixelsPerCell: multipleOf, scalingFactor } = vae.latents;
    const [first] = image;
    if (first === undefined) throw new Error('Internal error: an empty image batch');
    const mask: Mask = maskForPixels(inputs.mask, first, multipleOf);
    const moments = [];
    for (const source of image) {
      signal.throwIfAborted();
      const { dims, data } = preprocessVae(cropToMultiple(source, multipleOf), { multipleOf });
      // Gray is 0 here.
      const masked = data.map((value, i) => ((mask.data[i % mask.data.length] as number) > 127.5 ? 0 : value));
      const { inference } = services;
      moments.push(await encodeImage(tensor(dims, masked), { vae, inference, tiling: 'auto', signal }));
    }
    const all = concatRows('VAEEncodeForInpaint images', moments);
    const { dims, data } = vae.encodesTo === 'latents' ? all : toDistribution(all).mean;
    const samples = data.map((value) => value * Math.fround(scalingFactor));
    const space = latentSpaceOf(vae);
    return {
      latent: { samples: tensor(dims, samples), ...(space && { space }) },
      mask: growMask(mask, params.growMaskBy),
    };
  },
});
