import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import { textOf } from './comfy-graph.js';
import type { Likeness } from './report.js';

type Values = Readonly<Record<string, unknown>>;

/** A node of ComfyUI that is one node here. */
export interface SimpleRule {
  readonly type: string;
  /** Begins its id. */
  readonly prefix: string;
  /** ComfyUI's input -> ours. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Ours, by the place of ComfyUI's; `null`: has no counterpart. */
  readonly outputs: readonly (string | null)[];
  readonly likeness: Likeness;
  toParams(values: Values): { readonly params: Values; readonly words?: string };
  /** The opposite, for an export. */
  toValues(params: Values): Values;
  /** Whether it says what these params mean, of several that make one node; it does when left out. */
  fits?(params: Values): boolean;
}

const hasSide = ({ width = 0, height = 0 }: Values) => width !== 0 || height !== 0;
const hasNoSide = (params: Values) => !hasSide(params);

const LOADER = {
  type: 'LoadModel',
  prefix: 'model',
  inputs: {},
  likeness: 'exact',
  toParams: ({ ckpt_name: name }: Values) => ({ params: { checkpoint: checkpointName(name) } }),
  toValues: ({ checkpoint = BUNDLED_CHECKPOINT }: Values) => ({ ckpt_name: `${textOf(checkpoint)}.safetensors` }),
} as const;

const LORA = {
  type: 'ApplyLora',
  prefix: 'lora',
  inputs: { model: 'unet', clip: 'text' },
  outputs: ['unet', 'text'],
} as const;

const DECODE = {
  type: 'VAEDecode',
  prefix: 'decode',
  inputs: { samples: 'latent', vae: 'vae' },
  outputs: ['image'],
  likeness: 'exact',
} as const;

// What the rules make computes as ComfyUI does.
const NUMERICS = { numerics: 'comfyui' } as const;

const ENCODE = {
  type: 'VAEEncode',
  prefix: 'encode',
  inputs: { pixels: 'image', vae: 'vae' },
  outputs: ['latent'],
  likeness: 'exact',
  // ComfyUI takes the likeliest latent.
  toParams: () => ({ params: { sampled: false, ...NUMERICS } }),
  toValues: () => ({}),
} as const;

const LOOK = {
  type: 'PreviewImage',
  prefix: 'look',
  inputs: { images: 'image' },
  outputs: [],
  likeness: 'exact',
  toParams: () => ({ params: {} }),
  toValues: () => ({}),
} as const;

const AREA = {
  type: 'ConditioningSetArea',
  prefix: 'area',
  inputs: { conditioning: 'conditioning' },
  outputs: ['conditioning'],
  likeness: 'exact',
} as const;

/** By ComfyUI's class. Of two with one counterpart the first is what an export writes. */
export const SIMPLE_RULES: Readonly<Record<string, SimpleRule>> = {
  unCLIPCheckpointLoader: { ...LOADER, outputs: ['unet', 'text', 'vae', 'vision'] },
  CheckpointLoaderSimple: { ...LOADER, outputs: ['unet', 'text', 'vae'] },
  VAELoader: {
    type: 'LoadVAE',
    prefix: 'vae',
    inputs: {},
    outputs: ['vae'],
    likeness: 'exact',
    toParams: ({ vae_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ vae_name: file }),
  },
  CLIPVisionLoader: {
    type: 'LoadVision',
    prefix: 'vision',
    inputs: {},
    outputs: ['vision'],
    likeness: 'exact',
    toParams: ({ clip_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ clip_name: file }),
  },
  UpscaleModelLoader: {
    type: 'LoadUpscaler',
    prefix: 'upscaler',
    inputs: {},
    outputs: ['upscaler'],
    likeness: 'exact',
    toParams: ({ model_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ model_name: file }),
  },
  ImageUpscaleWithModel: {
    type: 'ImageUpscale',
    prefix: 'enlarge',
    inputs: { upscale_model: 'upscaler', image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({}),
  },
  LoraLoader: {
    ...LORA,
    likeness: 'exact',
    toParams: ({ lora_name: name, strength_model: strength, strength_clip: textStrength }) => ({
      params: { lora: modelName(name), strength: numberOf(strength, 1), textStrength: numberOf(textStrength, 1) },
    }),
    fits: ({ textStrength }) => textStrength !== 0,
    toValues: ({ lora = '', strength = 1, textStrength = 1 }) => ({
      ...{ lora_name: lora, strength_model: strength, strength_clip: textStrength },
    }),
  },
  LoraLoaderModelOnly: {
    ...LORA,
    inputs: { model: 'unet' },
    outputs: ['unet'],
    likeness: 'exact',
    toParams: ({ lora_name: name, strength_model: strength }) => ({
      params: { lora: modelName(name), strength: numberOf(strength, 1), textStrength: 0 },
    }),
    fits: ({ textStrength }) => textStrength === 0,
    toValues: ({ lora = '', strength = 1 }) => ({ lora_name: lora, strength_model: strength }),
  },
  LoadImage: {
    type: 'LoadImage',
    prefix: 'photo',
    inputs: {},
    // The second one is what is transparent; a LoadMask beside reads it where it is asked for.
    outputs: ['image', null],
    likeness: 'exact',
    toParams: ({ image }) => ({ params: { image: fileName(image) } }),
    toValues: ({ image = '' }) => ({ image }),
  },
  CLIPVisionEncode: {
    type: 'CLIPImageEmbed',
    prefix: 'embed',
    inputs: { clip_vision: 'vision', image: 'image' },
    outputs: ['embed'],
    likeness: 'exact',
    toParams: ({ crop }) => ({ params: { ...(crop === 'none' ? { crop } : {}), ...NUMERICS } }),
    toValues: ({ crop }) => ({ crop: crop === 'none' ? crop : 'center' }),
  },
  VAEDecode: { ...DECODE, toParams: () => ({ params: NUMERICS }), toValues: () => ({}) },
  VAEDecodeTiled: {
    ...DECODE,
    toParams: () => ({ params: { tiling: 'always', ...NUMERICS }, words: 'The size of the tiles is chosen here.' }),
    toValues: () => ({ tile_size: 512, overlap: 64, temporal_size: 64, temporal_overlap: 8 }),
  },
  VAEEncode: ENCODE,
  VAEEncodeTiled: {
    ...ENCODE,
    toValues: () => ({ tile_size: 512, overlap: 64, temporal_size: 64, temporal_overlap: 8 }),
  },
  VAEEncodeForInpaint: {
    type: 'VAEEncodeForInpaint',
    prefix: 'encode',
    inputs: { pixels: 'image', vae: 'vae', mask: 'mask' },
    // The grown mask goes to the sampler by a link of its own.
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ grow_mask_by: by }) => ({ params: { growMaskBy: Math.trunc(clamp(numberOf(by, 6), 0, 64)) } }),
    toValues: ({ growMaskBy = 6 }) => ({ grow_mask_by: growMaskBy }),
  },
  LatentUpscale: {
    type: 'LatentUpscale',
    prefix: 'upscale',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, width, height, crop }) => {
      const { params, words } = latentMethod(method);
      const side = (value: unknown) => 8 * Math.max(8, Math.floor(numberOf(value, 512) / 8));
      const cropped = crop === 'center' ? { crop: 'centre' } : {};
      return { params: { ...params, width: side(width), height: side(height), ...cropped }, words };
    },
    fits: hasSide,
    toValues: ({ method = 'bicubic', width = 0, height = 0, crop = 'none' }) => ({
      upscale_method: method,
      width,
      height,
      crop: crop === 'centre' ? 'center' : 'disabled',
    }),
  },
  LatentUpscaleBy: {
    type: 'LatentUpscale',
    prefix: 'upscale',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, scale_by: scale }) => {
      const { params, words } = latentMethod(method);
      return { params: { ...params, scale: clamp(numberOf(scale, 1.5), 0.25, 8) }, words };
    },
    fits: hasNoSide,
    toValues: ({ method = 'bicubic', scale = 2 }) => ({ upscale_method: method, scale_by: scale }),
  },
  ImageScale: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, width, height, crop }) => {
      const { filter, words } = pictureFilter(method);
      const fit = crop === 'center' ? 'cover' : 'stretch';
      return { params: { width: sideOf(width), height: sideOf(height), fit, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasSide({ width, height }),
    toValues: ({ width = 768, height = 0, fit = 'stretch', filter = 'lanczos' }) => ({
      ...{ width, height },
      upscale_method: filter === 'box' ? 'area' : filter,
      crop: fit === 'cover' ? 'center' : 'disabled',
    }),
  },
  ImageScaleBy: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, scale_by: scale }) => {
      const { filter, words } = pictureFilter(method);
      const times = clamp(rounded(numberOf(scale, 1)), 0.01, 8);
      return { params: { width: 0, height: 0, scale: times, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasNoSide({ width, height }),
    toValues: ({ scale = 1, filter = 'lanczos' }) => ({
      upscale_method: filter === 'box' ? 'area' : filter,
      scale_by: scale,
    }),
  },
  ImageCrop: {
    type: 'ImageCrop',
    prefix: 'crop',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ width, height, x, y }) => ({
      params: { left: numberOf(x, 0), top: numberOf(y, 0), width: sideOf(width), height: sideOf(height) },
    }),
    toValues: ({ left = 0, top = 0, width = 0, height = 0 }) => ({ width, height, x: left, y: top }),
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
  ConditioningCombine: {
    type: 'ConditioningCombine',
    prefix: 'combine',
    inputs: { conditioning_1: 'first', conditioning_2: 'second' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ConditioningAverage: {
    type: 'ConditioningAverage',
    prefix: 'average',
    inputs: { conditioning_to: 'to', conditioning_from: 'from' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: ({ conditioning_to_strength: strength }) => ({ params: { strength: shareOf(strength, 1) } }),
    toValues: ({ strength = 0.5 }) => ({ conditioning_to_strength: strength }),
  },
  ConditioningConcat: {
    type: 'ConditioningConcat',
    prefix: 'concat',
    inputs: { conditioning_to: 'first', conditioning_from: 'second' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ConditioningSetArea: {
    ...AREA,
    toParams: ({ width, height, x, y, strength }) => ({
      params: {
        ...{ unit: 'px', left: sideInPx(x, 0), top: sideInPx(y, 0) },
        ...{ width: sideInPx(width, 64), height: sideInPx(height, 64), strength: strengthOf(strength) },
      },
    }),
    fits: ({ unit }) => unit === 'px',
    toValues: ({ left = 0, top = 0, width = 50, height = 100, strength = 1 }) => ({
      width,
      height,
      x: left,
      y: top,
      strength,
    }),
  },
  ConditioningSetAreaPercentage: {
    ...AREA,
    toParams: ({ width, height, x, y, strength }) => ({
      params: {
        ...{ left: percentOf(x, 0), top: percentOf(y, 0) },
        ...{ width: percentOf(width, 1), height: percentOf(height, 1), strength: strengthOf(strength) },
      },
    }),
    fits: ({ unit = 'percent' }) => unit === 'percent',
    toValues: ({ left = 0, top = 0, width = 50, height = 100, strength = 1 }) => {
      const share = (value: unknown) => rounded(numberOf(value, 0) / 100);
      return { width: share(width), height: share(height), x: share(left), y: share(top), strength };
    },
  },
  ConditioningSetMask: {
    type: 'ConditioningSetMask',
    prefix: 'masked',
    inputs: { conditioning: 'conditioning', mask: 'mask' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: ({ strength, set_cond_area: area }) => ({
      params: { strength: strengthOf(strength), ...(area === 'mask bounds' ? { crop: area } : {}) },
    }),
    toValues: ({ strength = 1, crop = 'whole image' }) => ({
      strength,
      set_cond_area: crop === 'mask bounds' ? crop : 'default',
    }),
  },
  ConditioningSetTimestepRange: {
    type: 'ConditioningSetTimestepRange',
    prefix: 'range',
    inputs: { conditioning: 'conditioning' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: ({ start, end }) => ({ params: { start: shareOf(start, 0), end: shareOf(end, 1) } }),
    toValues: ({ start = 0, end = 1 }) => ({ start, end }),
  },
  ConditioningZeroOut: {
    type: 'ConditioningZeroOut',
    prefix: 'zero',
    inputs: { conditioning: 'conditioning' },
    outputs: ['conditioning'],
    likeness: 'exact',
    toParams: () => ({ params: { side: 'positive' } }),
    fits: ({ side }) => side === 'positive' || side === 'both',
    toValues: () => ({}),
  },
  ImageScaleToTotalPixels: {
    type: 'ImageScaleToTotalPixels',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'alike',
    toParams: ({ upscale_method: method, megapixels }) => {
      const { filter, words } = pictureFilter(method);
      return { params: { megapixels: clamp(rounded(numberOf(megapixels, 1)), 0.01, 16), filter }, words };
    },
    toValues: ({ megapixels = 1, filter = 'lanczos' }) => ({
      upscale_method: filter === 'box' ? 'area' : filter,
      megapixels,
    }),
  },
  ImagePadForOutpaint: {
    type: 'ImagePadForOutpaint',
    prefix: 'pad',
    inputs: { image: 'image' },
    outputs: ['image', 'mask'],
    likeness: 'exact',
    toParams: ({ left, top, right, bottom, feathering }) => ({
      params: {
        ...{ left: sideOf(left), top: sideOf(top), right: sideOf(right), bottom: sideOf(bottom) },
        feathering: sideOf(numberOf(feathering, 40)),
      },
    }),
    toValues: ({ left = 0, top = 0, right = 0, bottom = 0, feathering = 40 }) => ({
      left,
      top,
      right,
      bottom,
      feathering,
    }),
  },
  Canny: {
    type: 'CannyEdges',
    prefix: 'edges',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'alike',
    // Its levels are 0..1, and it measures the length of the gradient of the brightness.
    toParams: ({ low_threshold: low, high_threshold: high }) => ({
      params: {
        ...{ low: rounded(255 * numberOf(low, 0.4)), high: rounded(255 * numberOf(high, 0.8)) },
        ...{ norm: 'l2', channels: 'brightness' },
      },
      words: 'ComfyUI softens the image first; a Blur Image before it does the same.',
    }),
    toValues: ({ low = 100, high = 200 }) => ({
      low_threshold: clamp(rounded(Number(low) / 255), 0.01, 0.99),
      high_threshold: clamp(rounded(Number(high) / 255), 0.01, 0.99),
    }),
  },
  ImageInvert: {
    type: 'ImageInvert',
    prefix: 'invert',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ImageBlend: {
    type: 'ImageBlend',
    prefix: 'blend',
    inputs: { image1: 'lower', image2: 'upper' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ blend_factor: share, blend_mode: mode }) => ({
      params: { share: shareOf(share, 0.5), mode: textOf(mode ?? 'normal').replace('_', ' ') },
    }),
    toValues: ({ share = 0.5, mode = 'normal' }) => ({
      blend_factor: share,
      blend_mode: textOf(mode).replace(' ', '_'),
    }),
  },
  ImageCompositeMasked: {
    type: 'ImageCompositeMasked',
    prefix: 'composite',
    inputs: { destination: 'destination', source: 'source', mask: 'mask' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ x, y, resize_source: resize }) => ({
      params: { left: positionOf(x), top: positionOf(y), resize: resize === true },
    }),
    toValues: ({ left = 0, top = 0, resize = false }) => ({ x: left, y: top, resize_source: resize }),
  },
  ImageBlur: {
    type: 'ImageBlur',
    prefix: 'blur',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ blur_radius: radius, sigma }) => ({ params: { radius: radiusOf(radius), sigma: sigmaOf(sigma) } }),
    toValues: ({ radius = 1, sigma = 1 }) => ({ blur_radius: radius, sigma }),
  },
  ImageSharpen: {
    type: 'ImageSharpen',
    prefix: 'sharpen',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ sharpen_radius: radius, sigma, alpha }) => ({
      params: {
        ...{ radius: radiusOf(radius), sigma: sigmaOf(sigma) },
        amount: clamp(rounded(10 * numberOf(alpha, 1)), 0, 50),
      },
    }),
    toValues: ({ radius = 1, sigma = 1, amount = 1 }) => ({
      sharpen_radius: radius,
      sigma,
      alpha: rounded(numberOf(amount, 1) / 10),
    }),
  },
  ImageBatch: {
    type: 'ImageBatch',
    prefix: 'batch',
    inputs: { image1: 'first', image2: 'second' },
    outputs: ['image'],
    likeness: 'alike',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
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
      params: { left: sideOf(left), top: sideOf(top), right: sideOf(right), bottom: sideOf(bottom) },
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
      params: { left: sideInPx(x, 0), top: sideInPx(y, 0), operation },
    }),
    toValues: ({ left = 0, top = 0, operation = 'multiply' }) => ({ x: left, y: top, operation }),
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
  LatentBlend: {
    type: 'LatentBlend',
    prefix: 'mix',
    inputs: { samples1: 'first', samples2: 'second' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ blend_factor: share }) => ({ params: { share: shareOf(share, 0.5) } }),
    toValues: ({ share = 0.5 }) => ({ blend_factor: share }),
  },
  LatentComposite: {
    type: 'LatentComposite',
    prefix: 'paste',
    inputs: { samples_to: 'to', samples_from: 'from' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ x, y, feather }) => ({ params: { left: cellsOf(x), top: cellsOf(y), feather: cellsOf(feather) } }),
    toValues: ({ left = 0, top = 0, feather = 0 }) => ({ x: left, y: top, feather }),
  },
  LatentCrop: {
    type: 'LatentCrop',
    prefix: 'cut',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ width, height, x, y }) => ({
      params: {
        ...{ left: cellsOf(x), top: cellsOf(y) },
        ...{ width: Math.max(cellsOf(width), 8), height: Math.max(cellsOf(height), 8) },
      },
    }),
    toValues: ({ left = 0, top = 0, width = 512, height = 512 }) => ({ width, height, x: left, y: top }),
  },
  LatentFlip: {
    type: 'LatentFlip',
    prefix: 'flip',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ flip_method: method }) => ({
      params: { direction: /^y/.test(textOf(method)) ? 'horizontally' : 'vertically' },
    }),
    toValues: ({ direction = 'vertically' }) => ({
      flip_method: direction === 'vertically' ? 'x-axis: vertically' : 'y-axis: horizontally',
    }),
  },
  LatentRotate: {
    type: 'LatentRotate',
    prefix: 'turn',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    toParams: ({ rotation = 'none' }) => ({ params: { rotation: rotation === 'none' ? 'not at all' : rotation } }),
    toValues: ({ rotation = '90 degrees' }) => ({ rotation: rotation === 'not at all' ? 'none' : rotation }),
  },
  SaveImage: {
    type: 'SaveImage',
    prefix: 'save',
    inputs: { images: 'image' },
    outputs: [],
    likeness: 'exact',
    toParams: ({ filename_prefix: prefix }) => {
      const name = textOf(prefix ?? 'ComfyUI');
      const plain = (name.split(/[/\\]/).at(-1) ?? '').replace(/%[^%]*%/g, '').slice(0, 80) || 'ComfyUI';
      return plain === name
        ? { params: { name } }
        : { params: { name: plain }, words: 'Folders and %marks% are left out of the name.' };
    },
    toValues: ({ name = 'picture' }) => ({ filename_prefix: name }),
  },
  PreviewImage: LOOK,
  SaveImageWebsocket: LOOK,
};

function checkpointName(name: unknown): string {
  return textOf(name)
    .replaceAll('\\', '/')
    .replace(/\.(?:safetensors|ckpt)$/i, '');
}

/** A model that comes by itself is called by its file here, ending included. */
function modelName(name: unknown): string {
  return textOf(name).replaceAll('\\', '/');
}

/** Without the folder that ComfyUI writes behind a name, such as ` [output]`. */
function fileName(name: unknown): string {
  return textOf(name)
    .replace(/ \[(?:input|output|temp)\]$/, '')
    .replaceAll('\\', '/');
}

function pictureFilter(method: unknown): { readonly filter: string; readonly words: string } {
  const known = ['lanczos', 'bicubic', 'bilinear', 'area', 'nearest-exact'].includes(textOf(method));
  if (known) return { filter: textOf(method), words: '' };
  return { filter: 'bicubic', words: `"${textOf(method)}" became "bicubic", the nearest there is.` };
}

function latentMethod(method: unknown): { readonly params: Values; readonly words: string } {
  if (['nearest-exact', 'bilinear', 'bicubic', 'area', 'bislerp'].includes(textOf(method)))
    return { params: { method }, words: '' };
  return { params: { method: 'bicubic' }, words: `"${textOf(method)}" became "bicubic", the nearest there is.` };
}

export function numberOf(value: unknown, otherwise: number): number {
  const isRead = typeof value === 'bigint' || typeof value === 'boolean' || isNumberText(value);
  const number = isRead ? Number(typeof value === 'string' ? value.replaceAll('_', '') : value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
}

// What Python's `float` reads; finite numbers only.
const FLOAT_TEXT = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

/** A number in quotes, which ComfyUI reads as the number. */
export function isNumberText(value: unknown): value is string {
  return typeof value === 'string' && FLOAT_TEXT.test(value);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** Files carry drift such as 0.30000000000000016. */
export function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function sideOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 0), 0, 4096));
}

function sideInPx(value: unknown, otherwise: number): number {
  return Math.round(clamp(numberOf(value, otherwise), 0, 8192));
}

function percentOf(value: unknown, otherwise: number): number {
  return rounded(100 * shareOf(value, otherwise));
}

function shareOf(value: unknown, otherwise: number): number {
  return clamp(rounded(numberOf(value, otherwise)), 0, 1);
}

function strengthOf(value: unknown): number {
  return clamp(rounded(numberOf(value, 1)), 0, 10);
}

/** May lie outside of an image. */
function positionOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 0), -16_384, 16_384));
}

function radiusOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 1), 1, 31));
}

function sigmaOf(value: unknown): number {
  return clamp(rounded(numberOf(value, 1)), 0.1, 10);
}

/** Pixels of whole latent cells, rounded down as ComfyUI does. */
function cellsOf(value: unknown): number {
  return 8 * Math.floor(clamp(numberOf(value, 0), 0, 8192) / 8);
}
