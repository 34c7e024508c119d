import { int, link, sides } from '../comfy-class.js';
import { sentText } from '../comfy-graph.js';
import type { SimpleRule } from './simple-rule.js';
import { clamp, fileName, numberOf, sideInPx } from './value-readers.js';

const LOOK = {
  type: 'PreviewImage',
  prefix: 'look',
  inputs: { images: 'image' },
  outputs: [],
  likeness: 'exact',
  toParams: () => ({ params: {} }),
  toValues: () => ({}),
} as const;

export const IMAGE_RULES: Readonly<Record<string, SimpleRule>> = {
  LoadImage: {
    type: 'LoadImage',
    prefix: 'photo',
    inputs: {},
    // The second output is the transparency; a LoadMask reads it if it is used.
    outputs: ['image', null],
    likeness: 'exact',
    declared: ({ images }) => ({
      required: { image: [images, { image_upload: true }] },
      output: ['IMAGE', 'MASK'],
      category: 'image',
    }),
    toParams: ({ image }) => ({ params: { image: fileName(image) } }),
    toValues: ({ image = '' }) => ({ image }),
  },
  SaveImage: {
    type: 'SaveImage',
    prefix: 'save',
    inputs: { images: 'image' },
    outputs: [],
    likeness: 'exact',
    declared: {
      required: { images: link('IMAGE'), filename_prefix: ['STRING', { default: 'ComfyUI' }] },
      output: [],
      category: 'image',
      isOutput: true,
    },
    toParams: ({ filename_prefix: prefix }) => {
      const name = prefix === undefined ? 'ComfyUI' : sentText(prefix);
      const plain = (name.split(/[/\\]/).at(-1) ?? '').replace(/%[^%]*%/g, '').slice(0, 80) || 'ComfyUI';
      return plain === name
        ? { params: { name } }
        : { params: { name: plain }, words: 'Folders and %marks% are left out of the name.' };
    },
    toValues: ({ name = 'picture' }) => ({ filename_prefix: name }),
  },
  PreviewImage: {
    ...LOOK,
    declared: { required: { images: link('IMAGE') }, output: [], category: 'image', isOutput: true },
  },
  SaveImageWebsocket: {
    ...LOOK,
    declared: { required: { images: link('IMAGE') }, output: [], category: 'api/image', isOutput: true },
  },
};

/** Nodes that make batches of images, or take some of them. */
export const BATCH_RULES: Readonly<Record<string, SimpleRule>> = {
  ImageBatch: {
    type: 'ImageBatch',
    prefix: 'batch',
    inputs: { image1: 'first', image2: 'second' },
    outputs: ['image'],
    likeness: 'alike',
    declared: {
      required: { image1: link('IMAGE'), image2: link('IMAGE') },
      output: ['IMAGE'],
      category: 'image',
    },
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  RepeatImageBatch: {
    type: 'ImageRepeat',
    prefix: 'repeat',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { image: link('IMAGE'), amount: int(1, 1, 4096) },
      output: ['IMAGE'],
      category: 'image/batch',
    },
    toParams: ({ amount }) => {
      const times = Math.trunc(clamp(numberOf(amount, 1), 1, 64));
      const words = numberOf(amount, 1) > 64 ? 'Images are repeated at most 64 times here.' : '';
      return { params: { times }, words };
    },
    toValues: ({ times = 2 }) => ({ amount: times }),
  },
  ImageFromBatch: {
    type: 'ImageFromBatch',
    prefix: 'taken',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { image: link('IMAGE'), batch_index: int(0, 0, 4095), length: int(1, 1, 4096) },
      output: ['IMAGE'],
      category: 'image/batch',
    },
    toParams: ({ batch_index: first, length: count }) => ({
      params: {
        first: Math.trunc(clamp(numberOf(first, 0), 0, 4095)),
        count: Math.trunc(clamp(numberOf(count, 1), 1, 4096)),
      },
    }),
    toValues: ({ first = 0, count = 1 }) => ({ batch_index: first, length: count }),
  },
  EmptyImage: {
    type: 'EmptyImage',
    prefix: 'empty',
    inputs: {},
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        ...{ ...sides(512, 1), batch_size: int(1, 1, 64) },
        color: ['INT', { default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }],
      },
      output: ['IMAGE'],
      category: 'image',
    },
    toParams: ({ width, height, batch_size: count, color }) => {
      const [wide = 1, high = 1] = [width, height].map((one) => Math.max(sideInPx(one, 512), 1));
      const code = Math.trunc(clamp(numberOf(color, 0), 0, 0xffffff));
      const [red, green, blue] = [code >> 16, (code >> 8) & 255, code & 255];
      const wanted = numberOf(count, 1);
      const words = wanted > 64 ? 'At most 64 images are made here.' : '';
      const params = { width: wide, height: high, count: Math.trunc(clamp(wanted, 1, 64)), red, green, blue };
      return { params, words };
    },
    toValues: ({ width = 512, height = 512, count = 1, red = 0, green = 0, blue = 0 }) => ({
      ...{ width, height, batch_size: count },
      color: 65_536 * Number(red) + 256 * Number(green) + Number(blue),
    }),
  },
};
