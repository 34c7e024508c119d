import { defineNode } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { placesOf, upscaleImage } from '../sampling/upscale-image.js';
import { BIT_DEPTH_PARAM, NUMERICS_PARAM, WIDE_TRAITS } from './shared-params.js';

export const imageUpscale = defineNode({
  type: 'ImageUpscale',
  version: 1,
  title: 'Upscale Image with Model',
  description: 'Enlarges images with an upscaler such as ESRGAN, which adds detail that a resize does not.',
  keywords: ['upscale', 'esrgan', 'real-esrgan', 'super resolution', 'enlarge', 'hires'],
  category: 'image',
  inputs: {
    upscaler: { type: 'upscaler', help: 'The model; it says how many times as large the images become.' },
    image: { type: 'image', help: 'The images.' },
  },
  outputs: { image: { type: 'image', help: 'The images, enlarged.', traits: WIDE_TRAITS } },
  params: {
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Works in overlapping tiles, which takes less memory. auto: only where the whole image would not fit into memory.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: pixels are cut down to whole levels instead of rounded, as ComfyUI saves them.',
    },
    bitDepth: {
      ...BIT_DEPTH_PARAM,
      help: '16: an image of 16 bits a channel. All 16 bits of the image that comes in are used either way.',
    },
  },
  models({ inputs: { upscaler, image } }) {
    const { width, height } = image.sizePx ?? { width: 512, height: 512 };
    const { scale } = upscaler;
    const sizePx = image.sizePx && { sizePx: { width: width * scale, height: height * scale } };
    const model = upscaler.request(placesOf(upscaler, { width, height }));
    return { uses: [{ model, times: image.rows }], extent: { rows: image.rows, ...sizePx } };
  },
  async evaluate(
    { inputs: { upscaler, image }, params: { tiling, numerics, bitDepth } },
    { services, signal, progress },
  ) {
    const enlarged = [];
    const levels = numerics === 'comfyui' ? 'cut' : 'round';
    const { inference } = services;
    for (const [i, picture] of image.entries()) {
      signal.throwIfAborted();
      const [width, height] = [picture.width * upscaler.scale, picture.height * upscaler.scale];
      checkImageSize({ width, height }, { maker: 'ImageUpscale', advice: 'Put an ImageResize before it.' });
      const onTile = (done: number, all: number) => progress(i * all + done, image.length * all);
      enlarged.push(
        await upscaleImage(picture, { upscaler, inference, tiling, levels, isWide: bitDepth === '16', signal, onTile }),
      );
    }
    return { image: enlarged };
  },
});
