// Prompts as programs write them that know little of ComfyUI's page: values as text, inputs left out, links that lead nowhere,
// settings by links from nodes without counterpart.

type Inputs = Readonly<Record<string, unknown>>;
type Prompt = Readonly<
  Record<string, { readonly class_type: string; readonly inputs: Inputs; readonly _meta?: object }>
>;

const node = (type: string, inputs: Inputs) => ({ class_type: type, inputs });

const SAMPLER: Inputs = {
  ...{ seed: 1, steps: 20, cfg: 7.5, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
  ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
};

const BASE = {
  3: node('KSampler', SAMPLER),
  4: { ...node('CheckpointLoaderSimple', { ckpt_name: 'base.safetensors' }), _meta: { title: 'Load' } },
  5: node('EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }),
  6: node('CLIPTextEncode', { text: 'a lake', clip: ['4', 1] }),
  7: node('CLIPTextEncode', { text: 'bad', clip: ['4', 1] }),
  8: node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
  9: node('SaveImage', { filename_prefix: 'x', images: ['8', 0] }),
};

const CUSTOM = node('SomeCustomThing', { a: [1, 2, { b: null }] });
const sampler = (change: Inputs) => ({ ...BASE, 3: node('KSampler', { ...SAMPLER, ...change }) });
const without = (name: string) => {
  const { [name]: _, ...inputs } = SAMPLER;
  return { ...BASE, 3: node('KSampler', inputs) };
};
const linked = (id: 3 | 4 | 5 | 6 | 9, input: string) => ({
  ...BASE,
  50: CUSTOM,
  [id]: { ...BASE[id], inputs: { ...BASE[id].inputs, [input]: ['50', 2] } },
});
const advanced = (change: Inputs) => ({
  ...BASE,
  3: node('KSamplerAdvanced', {
    ...{ add_noise: 'enable', noise_seed: 1, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal' },
    ...{ start_at_step: 0, end_at_step: 10_000, return_with_leftover_noise: 'disable', ...change },
    ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
  }),
});
const unclip = (positive: string, negative: string) => ({
  ...sampler({ positive: [positive, 0], negative: [negative, 0] }),
  44: node('unCLIPConditioning', {
    ...{ conditioning: ['49', 0], clip_vision_output: ['46', 0], strength: 1, noise_augmentation: '0.3' },
  }),
  45: node('unCLIPConditioning', {
    ...{ conditioning: ['6', 0], clip_vision_output: ['46', 0], strength: 0, noise_augmentation: 0 },
  }),
  46: node('CLIPVisionEncode', { clip_vision: ['47', 0], image: ['48', 0] }),
  47: node('CLIPVisionLoader', { clip_name: 'vision.safetensors' }),
  48: node('LoadImage', { image: 'a.png', upload: 'image' }),
  49: node('ConditioningCombine', { conditioning_1: ['45', 0], conditioning_2: ['7', 0] }),
});

export const UNUSUAL_PROMPTS: Readonly<Record<string, Prompt>> = {
  'a checkpoint by a link': linked(4, 'ckpt_name'),
  'the name of an image to save by a link': linked(9, 'filename_prefix'),
  'a seed by a link': linked(3, 'seed'),
  'a sampler by a link': linked(3, 'sampler_name'),
  'a latent by a link': linked(3, 'latent_image'),
  'a width by a link': linked(5, 'width'),
  'a text by a link': linked(6, 'text'),
  'a text encoder by a link': linked(6, 'clip'),
  'prompts by links': {
    ...linked(3, 'positive'),
    7: node('CLIPTextEncode', { text: ['50', 1], clip: ['50', 0] }),
  },
  'an image by a link': {
    ...sampler({ latent_image: ['11', 0] }),
    10: node('LoadImage', { image: ['50', 0] }),
    11: node('VAEEncode', { pixels: ['10', 0], vae: ['4', 2] }),
    50: CUSTOM,
  },
  'no latent': without('latent_image'),
  'no negative prompt': without('negative'),
  'no prompt': without('positive'),
  'no model': without('model'),
  'no seed': without('seed'),
  'no sampler name': without('sampler_name'),
  'no denoise': without('denoise'),
  'numbers as text': sampler({ seed: '123', steps: '20', cfg: '7.5', denoise: ' 1.0 ' }),
  'numbers that are rounded': sampler({ steps: 20.7, cfg: 7.500_000_000_000_1 }),
  'a negative seed': sampler({ seed: -5 }),
  'settings beyond the limits': {
    ...sampler({ steps: 20_000, cfg: 300 }),
    5: node('EmptyLatentImage', { width: 4097, height: 9000, batch_size: 100 }),
  },
  'an unknown sampler': sampler({ sampler_name: 'nosuch', scheduler: 'odd' }),
  'an unknown noise schedule': sampler({ scheduler: 'odd' }),
  'a long text': { ...BASE, 6: node('CLIPTextEncode', { text: 'x'.repeat(30_000), clip: ['4', 1] }) },
  'a text that is a number': { ...BASE, 6: node('CLIPTextEncode', { text: 123, clip: ['4', 1] }) },
  'a text that is an object': { ...BASE, 6: node('CLIPTextEncode', { text: { a: [1] }, clip: ['4', 1] }) },
  'inputs that no node has': sampler({ y: [1, 2, 3], z: ['5'], q: null }),
  'links to nowhere': sampler({ positive: ['99', 0], other: ['nobody', 7] }),
  'a link by a number': sampler({ model: [4, 0] }),
  'a link to an output that is not there': {
    ...BASE,
    9: node('SaveImage', { images: ['8', 3], filename_prefix: 'x' }),
  },
  'links of the wrong type': sampler({ positive: ['5', 0], negative: ['3', 0] }),
  'one text on both sides': sampler({ negative: ['6', 0] }),
  'parts of batches': {
    ...sampler({ latent_image: ['30', 0] }),
    30: node('RepeatLatentBatch', { samples: ['5', 0], amount: 3 }),
    31: node('LatentFromBatch', { samples: ['5', 0], batch_index: 1, length: 2 }),
    32: node('KSampler', { ...SAMPLER, latent_image: ['31', 0] }),
    33: node('VAEDecode', { samples: ['32', 0], vae: ['4', 2] }),
    34: node('PreviewImage', { images: ['33', 0] }),
  },
  'an image with a mask for an inpainting model': {
    ...sampler({ positive: ['41', 0], negative: ['41', 1], latent_image: ['40', 2] }),
    40: node('InpaintModelConditioning', {
      ...{ positive: ['6', 0], negative: ['7', 0], vae: ['4', 2], pixels: ['42', 0], mask: ['42', 1] },
      noise_mask: true,
    }),
    41: node('ControlNetApplyAdvanced', {
      ...{ positive: ['40', 0], negative: ['40', 1], control_net: ['43', 0], image: ['42', 0] },
      ...{ strength: 1, start_percent: 0, end_percent: 1 },
    }),
    42: node('LoadImage', { image: 'a.png' }),
    43: node('ControlNetLoader', { control_net_name: 'canny' }),
    44: node('KSampler', { ...SAMPLER, positive: ['40', 0], negative: ['40', 1], latent_image: ['5', 0] }),
    45: node('VAEDecode', { samples: ['44', 0], vae: ['4', 2] }),
    46: node('PreviewImage', { images: ['45', 0] }),
  },
  'parts of batches that samplers made': {
    ...BASE,
    5: node('EmptyLatentImage', { width: 512, height: 512, batch_size: 4 }),
    30: node('LatentFromBatch', { samples: ['3', 0], batch_index: 2, length: 9 }),
    31: node('LatentUpscaleBy', { samples: ['30', 0], upscale_method: 'bilinear', scale_by: 1.5 }),
    32: node('LatentFromBatch', { samples: ['31', 0], batch_index: 7, length: 1 }),
    33: node('KSampler', { ...SAMPLER, denoise: 0.5, latent_image: ['32', 0] }),
    34: node('KSampler', { ...SAMPLER, denoise: 0.3, latent_image: ['33', 0] }),
    35: node('VAEDecode', { samples: ['34', 0], vae: ['4', 2] }),
    36: node('PreviewImage', { images: ['35', 0] }),
    37: node('VAEDecode', { samples: ['30', 0], vae: ['4', 2] }),
    38: node('PreviewImage', { images: ['37', 0] }),
  },
  'layers one behind the other': {
    ...BASE,
    6: node('CLIPTextEncode', { text: 'a lake', clip: ['42', 0] }),
    41: node('CLIPSetLastLayer', { clip: ['4', 1], stop_at_clip_layer: -2 }),
    42: node('CLIPSetLastLayer', { clip: ['41', 0], stop_at_clip_layer: -3 }),
  },
  'a ControlNet': {
    ...sampler({ positive: ['61', 0] }),
    60: node('ControlNetLoader', { control_net_name: 'canny' }),
    61: node('ControlNetApply', { conditioning: ['6', 0], control_net: ['60', 0], image: ['62', 0], strength: 1 }),
    62: node('LoadImage', { image: 'a.png' }),
  },
  'steps that end before they begin': advanced({
    start_at_step: 5,
    end_at_step: 3,
    return_with_leftover_noise: 'enable',
  }),
  'no step at all': advanced({ start_at_step: 50, end_at_step: 0 }),
  'an image without strength behind combined prompts': unclip('49', '7'),
  'one image on both sides': unclip('45', '45'),
  'an image in front of combined prompts': unclip('44', '44'),
  'ids with colons': { ...sampler({ positive: ['6:1', 0] }), '6:1': BASE[6] },
};
