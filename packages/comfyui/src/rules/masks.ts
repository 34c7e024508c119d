import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import { textOf } from '../comfy-graph.js';
import type { SimpleRule } from './simple-rule.js';
import { clamp, fileName, numberOf, rounded, shareOf, sideInPx } from './value-readers.js';

export const MASK_RULES: Readonly<Record<string, SimpleRule>> = {
  LoadImageMask: {
    type: 'LoadMask',
    prefix: 'mask',
    inputs: {},
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ image, channel }) => ({
      params: {
        image: fileName(image),
        ...(['red', 'green', 'blue'].includes(textOf(channel)) ? { channel } : {}),
      },
    }),
    toValues: ({ image = '', channel = 'transparency' }) => ({
      image,
      channel: channel === 'transparency' ? 'alpha' : channel === 'brightness' ? 'red' : channel,
    }),
  },
  ImageToMask: {
    type: 'ImageToMask',
    prefix: 'mask',
    inputs: { image: 'image' },
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ channel }) =>
      ['red', 'green', 'blue'].includes(textOf(channel))
        ? { params: { channel } }
        : { params: {}, words: 'Pictures have no transparency here; their brightness is the mask.' },
    toValues: ({ channel = 'red' }) => ({ channel: channel === 'brightness' ? 'red' : channel }),
  },
  GrowMask: {
    type: 'GrowMask',
    prefix: 'grow',
    inputs: { mask: 'mask' },
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ expand, tapered_corners: taperedCorners }) => ({
      params: { expand: Math.round(clamp(numberOf(expand, 0), -512, 512)), taperedCorners: taperedCorners !== false },
    }),
    toValues: ({ expand = 6, taperedCorners = true }) => ({ expand, tapered_corners: taperedCorners }),
  },
  FeatherMask: {
    type: 'FeatherMask',
    prefix: 'feather',
    inputs: { mask: 'mask' },
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ left, top, right, bottom }) => ({
      params: { left: sideInPx(left), top: sideInPx(top), right: sideInPx(right), bottom: sideInPx(bottom) },
    }),
    toValues: ({ left = 0, top = 0, right = 0, bottom = 0 }) => ({ left, top, right, bottom }),
  },
  MaskComposite: {
    type: 'MaskComposite',
    prefix: 'masks',
    inputs: { destination: 'destination', source: 'source' },
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ x, y, operation = 'multiply' }) => ({
      params: { left: sideInPx(x), top: sideInPx(y), operation },
    }),
    toValues: ({ left = 0, top = 0, operation = 'multiply' }) => ({ x: left, y: top, operation }),
  },
  SolidMask: {
    type: 'SolidMask',
    prefix: 'solid',
    inputs: {},
    outputs: ['mask'],
    likeness: 'exact',
    toParams: ({ value, width, height }) => {
      const level = shareOf(value, 1);
      const [wide, high] = [width, height].map((side) => Math.trunc(clamp(numberOf(side, 512), 1, MAX_SIDE_PX)));
      const isBetween = !Number.isInteger(rounded(255 * level));
      const words = isBetween ? `Masks have 256 levels here; ${level} is the nearest of them.` : '';
      return { params: { level, width: wide, height: high }, words };
    },
    toValues: ({ level = 1, width = 512, height = 512 }) => ({ value: level, width, height }),
  },
  InvertMask: {
    type: 'InvertMask',
    prefix: 'inverted',
    inputs: { mask: 'mask' },
    outputs: ['mask'],
    likeness: 'exact',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  MaskToImage: {
    type: 'MaskToImage',
    prefix: 'shown',
    inputs: { mask: 'mask' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
};
