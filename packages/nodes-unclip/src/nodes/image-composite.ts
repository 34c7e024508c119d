import { defineNode } from '../define-node.js';
import { resizePillow } from '../image/pillow-resize.js';
import { eachOverlap } from '../image/place-image.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Mask } from '../port-types/mask.js';
import { resizeMask } from '../sampling/resize-mask.js';

export const imageComposite = defineNode({
  type: 'ImageCompositeMasked',
  version: 1,
  title: 'Composite Images',
  description: 'Pastes one image into another at a position, optionally through a mask.',
  category: 'image',
  inputs: {
    destination: { type: 'image', help: 'The images to paste into.' },
    source: { type: 'image', help: 'The images to paste; a single one is used for all.' },
    mask: {
      type: 'mask',
      optional: true,
      help: 'White where the source is visible; stretched to it. If it is not connected, all of the source is.',
    },
  },
  outputs: { image: { type: 'image', help: 'The composited images, in the size of the destination.' } },
  params: {
    left: { kind: 'integer', default: 0, min: -16_384, max: 16_384, unit: 'px', help: 'Distance from the left edge.' },
    top: { kind: 'integer', default: 0, min: -16_384, max: 16_384, unit: 'px', help: 'Distance from the top edge.' },
    resize: { kind: 'boolean', default: false, help: 'Stretches the source to the size of the destination first.' },
  },
  async evaluate({ inputs: { destination, source, mask }, params }) {
    const image = destination.map((under, i) => {
      const over = source[i % source.length];
      if (over === undefined) throw new Error('Internal error: an empty image batch');
      const { width, height } = under;
      const pasted = params.resize ? resizePillow(over, { width, height, filter: 'bilinear' }) : over;
      return paste(under, pasted, { ...params, mask });
    });
    return { image };
  },
});

interface Pasting {
  readonly left: number;
  readonly top: number;
  readonly mask: Mask | undefined;
}

function paste(under: RgbImage, over: RgbImage, { left, top, mask }: Pasting): RgbImage {
  const { width, height } = under;
  const data = new Uint8ClampedArray(under.data);
  const levels = mask && resizeMask(mask, over);
  eachOverlap({ width, height, overWidth: over.width, overHeight: over.height, left, top }, (to, from) => {
    const share = levels === undefined ? 1 : (levels[from] as number);
    for (let channel = 0; channel < 3; channel++) {
      // Three values a pixel, in both.
      const [a, b] = [data[3 * to + channel] as number, over.data[3 * from + channel] as number];
      data[3 * to + channel] = a + share * (b - a);
    }
  });
  return { width, height, data: new Uint8Array(data.buffer) };
}
