import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import { corner, edges, float, int, link, sides } from '../comfy-class.js';
import { textOf } from '../comfy-graph.js';
import type { SimpleRule } from './simple-rule.js';
import { clamp, fileName, numberOf, rounded, shareOf, sideInPx, truthOf } from './value-readers.js';

export const MASK_RULES: Readonly<Record<string, SimpleRule>> = {
  LoadImageMask: {
    type: 'LoadMask',
    prefix: 'mask',
    inputs: {},
    outputs: ['mask'],
    likeness: 'exact',
    declared: ({ images }) => ({
      required: {
        image: [images, { image_upload: true }],
        channel: [['alpha', 'red', 'green', 'blue']],
      },
      output: ['MASK'],
      category: 'mask',
    }),
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
    declared: {
      required: { image: link('IMAGE'), channel: [['red', 'green', 'blue', 'alpha']] },
      output: ['MASK'],
      category: 'mask',
    },
    toParams: ({ channel }) =>
      ['red', 'green', 'blue'].includes(textOf(channel))
        ? { params: { channel } }
        : { params: {}, words: 'Images have no transparency here; their brightness is used as the mask.' },
    toValues: ({ channel = 'red' }) => ({ channel: channel === 'brightness' ? 'red' : channel }),
  },
  GrowMask: {
    type: 'GrowMask',
    prefix: 'grow',
    inputs: { mask: 'mask' },
    outputs: ['mask'],
    likeness: 'exact',
    declared: {
      required: { mask: link('MASK'), expand: int(0, -512, 512), tapered_corners: ['BOOLEAN', { default: true }] },
      output: ['MASK'],
      category: 'mask',
    },
    toParams: ({ expand, tapered_corners: taperedCorners }) => ({
      params: {
        expand: Math.round(clamp(numberOf(expand, 0), -512, 512)),
        taperedCorners: truthOf(taperedCorners, true),
      },
    }),
    toValues: ({ expand = 6, taperedCorners = true }) => ({ expand, tapered_corners: taperedCorners }),
  },
  FeatherMask: {
    type: 'FeatherMask',
    prefix: 'feather',
    inputs: { mask: 'mask' },
    outputs: ['mask'],
    likeness: 'exact',
    declared: {
      required: {
        mask: link('MASK'),
        ...edges(),
      },
      output: ['MASK'],
      category: 'mask',
    },
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
    declared: {
      required: {
        ...{ destination: link('MASK'), source: link('MASK') },
        ...corner(),
        operation: [['multiply', 'add', 'subtract', 'and', 'or', 'xor']],
      },
      output: ['MASK'],
      category: 'mask',
    },
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
    declared: {
      required: { value: float(1, 0, 1), ...sides(512, 1) },
      output: ['MASK'],
      category: 'mask',
    },
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
    declared: { required: { mask: link('MASK') }, output: ['MASK'], category: 'mask' },
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  MaskToImage: {
    type: 'MaskToImage',
    prefix: 'shown',
    inputs: { mask: 'mask' },
    outputs: ['image'],
    likeness: 'exact',
    declared: { required: { mask: link('MASK') }, output: ['IMAGE'], category: 'mask' },
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
};
