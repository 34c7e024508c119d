import { defineNode } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { upscaleImage, upscalerUse } from '../sampling/upscale-image.js';
import { BIT_DEPTH_PARAM, NUMERICS_PARAM, WIDE_TRAITS } from './shared-params.js';

export const imageUpscale = defineNode({
  type: 'ImageUpscale',
  version: 1,
  title: 'Upscale Image with Model',
  description: 'Upscales images with a model such as ESRGAN, which adds detail that a resize does not.',
  keywords: ['upscale', 'esrgan', 'real-esrgan', 'super resolution', 'enlarge', 'hires'],
  category: 'image',
  imagesFrom: 'image',
  inputs: {
    upscaler: { type: 'upscaler', help: 'The upscale model; it sets the scale factor.' },
    image: { type: 'image', help: 'The images.' },
  },
  outputs: { image: { type: 'image', help: 'The upscaled images.', traits: WIDE_TRAITS } },
  params: {
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Works in overlapping tiles, which takes less memory. auto: only if the whole image would not fit into memory.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: pixel values are truncated instead of rounded, as ComfyUI saves them.',
    },
    bitDepth: {
      ...BIT_DEPTH_PARAM,
      help: '16: an image with 16 bits per channel. All 16 bits of the input are used either way.',
    },
  },
  models({ inputs: { upscaler, image }, params: { tiling } }, fits) {
    const { width, height } = image.sizePx ?? { width: 512, height: 512 };
    const { scale } = upscaler;
    const sizePx = image.sizePx && { sizePx: { width: width * scale, height: height * scale } };
    const { model, times } = upscalerUse({ width, height }, { upscaler, tiling, fits });
    return { uses: [{ model, times: times * image.rows }], extent: { rows: image.rows, ...sizePx } };
  },
  async evaluate(
    { inputs: { upscaler, image }, params: { tiling, numerics, bitDepth } },
    { services, signal, progress },
  ) {
    const enlarged = [];
    const levels = numerics === 'comfyui' ? 'cut' : 'round';
    const { inference } = services;
    for (const [i, source] of image.entries()) {
      signal.throwIfAborted();
      const [width, height] = [source.width * upscaler.scale, source.height * upscaler.scale];
      checkImageSize({ width, height }, { maker: 'ImageUpscale', advice: 'Put an ImageResize before it.' });
      const onTile = (done: number, all: number) => progress(i * all + done, image.length * all);
      enlarged.push(
        await upscaleImage(source, { upscaler, inference, tiling, levels, isWide: bitDepth === '16', signal, onTile }),
      );
    }
    return { image: enlarged };
  },
});
