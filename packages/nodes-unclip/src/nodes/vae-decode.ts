import { defineNode } from '../define-node.js';
import { toUint8Images, toUint16Images } from '../image/decoded-to-images.js';
import { decodeLatent, decoderUse } from '../sampling/decode-latent.js';
import { toSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { tensor } from '../tensor/tensor.js';
import { BIT_DEPTH_PARAM, NUMERICS_PARAM, WIDE_TRAITS } from './shared-params.js';

export const vaeDecode = defineNode({
  type: 'VAEDecode',
  version: 1,
  title: 'VAE Decode',
  description: 'Decodes a latent image to an image with the VAE.',
  keywords: ['latent to image', 'decode'],
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that generated the latent image.' },
    latent: { type: 'latent', help: 'The latent image from the sampler.' },
  },
  outputs: { image: { type: 'image', help: 'The images.', traits: WIDE_TRAITS } },
  params: {
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Decodes in overlapping tiles, which takes less memory and changes colours slightly. auto: only if the whole image would not fit into memory.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: pixel values are truncated instead of rounded, as ComfyUI saves them.',
    },
    bitDepth: {
      ...BIT_DEPTH_PARAM,
      help: '16: an image with 16 bits per channel. Save Image writes it as a 16-bit PNG; Upscale Image with Model and Image Crop keep it, other nodes use its upper 8 bits.',
    },
  },
  models({ inputs: { vae, latent }, params: { tiling } }, fits) {
    const { pixelsPerCell } = vae.latents;
    const { width, height } = latent.sizePx ?? typicalSizePx(vae);
    const area = { h: Math.floor(height / pixelsPerCell), w: Math.floor(width / pixelsPerCell) };
    const { model, times } = decoderUse(area, { vae, tiling, fits });
    return { uses: [{ model, times: times * latent.rows }], extent: latent };
  },
  async evaluate({ inputs, params }, { services, signal }) {
    const { vae } = inputs;
    const samples = toSpaceOf('VAEDecode', inputs.latent, vae);
    const [n = 0, , h = 0, w = 0] = samples.dims;
    const rowLength = samples.data.length / n;
    const toImages = params.bitDepth === '16' ? toUint16Images : toUint8Images;
    const images = [];
    // One at a time: decoding takes far more memory than sampling, and a batch of them gains no speed.
    for (let i = 0; i < n; i++) {
      signal.throwIfAborted();
      const latent = tensor([1, vae.latents.channels, h, w], samples.data.slice(i * rowLength, (i + 1) * rowLength));
      const { inference } = services;
      const image = await decodeLatent(latent, { vae, inference, tiling: params.tiling, signal });
      if (!image.data.every(Number.isFinite)) throw notFinite(image.data, i);
      services.learnPreview?.(vae, latent, image);
      images.push(...toImages(image, params.numerics === 'comfyui' ? 'cut' : 'round'));
    }
    return { image: images };
  },
});

// diffusers would continue, with a warning and a black image.
function notFinite(data: Float32Array, index: number): Error {
  const wrong = data.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  return new Error(
    `Image ${index + 1}: expected finite numbers from the VAE, got ${wrong} of ${data.length} that are NaN or infinite. ` +
      'Is the checkpoint damaged, or are the latents far beyond their usual range?',
  );
}
