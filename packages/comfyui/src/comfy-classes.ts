import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import {
  type ComfyChoices,
  type ComfyClass,
  cfg,
  float,
  type InputSpec,
  int,
  link,
  SCHEDULE_NAMES,
  seed,
} from './comfy-class.js';
import { customSamplingClasses } from './custom-sampling-classes.js';

const LARGEST_INT = 9223372036854775807n;

const text: InputSpec = ['STRING', { multiline: true, dynamicPrompts: true }];
const tiles = (step: number) => ({
  ...{ tile_size: int(512, 64, 4096, step), overlap: int(64, 0, 4096, 32) },
  ...{ temporal_size: int(64, 8, 4096, 4), temporal_overlap: int(8, 4, 4096, 4) },
});
const sides = (value: number, min: number, step = 1) => ({
  width: int(value, min, MAX_SIDE_PX, step),
  height: int(value, min, MAX_SIDE_PX, step),
});
const corner = (step = 1) => ({ x: int(0, 0, MAX_SIDE_PX, step), y: int(0, 0, MAX_SIDE_PX, step) });
const edges = (step = 1) => ({
  ...{ left: int(0, 0, MAX_SIDE_PX, step), top: int(0, 0, MAX_SIDE_PX, step) },
  ...{ right: int(0, 0, MAX_SIDE_PX, step), bottom: int(0, 0, MAX_SIDE_PX, step) },
});

const PRIMITIVES: Readonly<Record<string, InputSpec>> = {
  PrimitiveBoolean: ['BOOLEAN', {}],
  PrimitiveFloat: ['FLOAT', { min: -LARGEST_INT, max: LARGEST_INT }],
  PrimitiveInt: ['INT', { min: -LARGEST_INT, max: LARGEST_INT, control_after_generate: true }],
  PrimitiveString: ['STRING', { multiline: false }],
  PrimitiveStringMultiline: ['STRING', { multiline: true }],
};

const UPSCALES = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'bislerp'];
const RESIZES = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];

// Those that come with ComfyUI.
const CONFIG_FILES = [
  ...['anything_v3', 'v1-inference', 'v1-inference_clip_skip_2', 'v1-inference_clip_skip_2_fp16'],
  ...['v1-inference_fp16', 'v1-inpainting-inference', 'v2-inference-v', 'v2-inference-v_fp32'],
  ...['v2-inference', 'v2-inference_fp32', 'v2-inpainting-inference'],
].map((name) => `${name}.yaml`);

/** The classes that an import has a counterpart for, with their inputs as ComfyUI declares them. */
export function comfyClasses({
  checkpoints,
  models,
  images,
  samplers,
}: ComfyChoices): Readonly<Record<string, ComfyClass>> {
  const sampling = {
    steps: int(20, 1, 10_000),
    cfg,
    sampler_name: [samplers] as InputSpec,
    scheduler: [SCHEDULE_NAMES] as InputSpec,
    positive: link('CONDITIONING'),
    negative: link('CONDITIONING'),
    latent_image: link('LATENT'),
  };
  const files = (folder: string): InputSpec => [models[folder] ?? []];
  const pair = { positive: link('CONDITIONING'), negative: link('CONDITIONING') };
  const control = {
    image: link('IMAGE'),
    ...{ strength: float(1, 0, 10), start_percent: float(0, 0, 1, 0.001), end_percent: float(1, 0, 1, 0.001) },
  };
  const steered = {
    output: ['CONDITIONING', 'CONDITIONING'],
    outputNames: ['positive', 'negative'],
    category: 'conditioning/controlnet',
  };
  return {
    VAELoader: { required: { vae_name: files('vae') }, output: ['VAE'], category: 'loaders' },
    ControlNetLoader: {
      required: { control_net_name: files('controlnet') },
      output: ['CONTROL_NET'],
      category: 'loaders',
    },
    DiffControlNetLoader: {
      required: { model: link('MODEL'), control_net_name: files('controlnet') },
      output: ['CONTROL_NET'],
      category: 'loaders',
    },
    ControlNetApply: {
      required: {
        ...{ conditioning: link('CONDITIONING'), control_net: link('CONTROL_NET'), image: link('IMAGE') },
        strength: float(1, 0, 10),
      },
      output: ['CONDITIONING'],
      category: 'conditioning/controlnet',
      isDeprecated: true,
    },
    ControlNetApplyAdvanced: {
      required: { ...pair, control_net: link('CONTROL_NET'), ...control },
      optional: { vae: link('VAE') },
      ...steered,
    },
    ControlNetApplySD3: {
      required: { ...pair, control_net: link('CONTROL_NET'), vae: link('VAE'), ...control },
      ...steered,
      isDeprecated: true,
    },
    UpscaleModelLoader: {
      required: { model_name: files('upscale_models') },
      output: ['UPSCALE_MODEL'],
      category: 'loaders',
    },
    ImageUpscaleWithModel: {
      required: { upscale_model: link('UPSCALE_MODEL'), image: link('IMAGE') },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    ConditioningCombine: {
      required: { conditioning_1: link('CONDITIONING'), conditioning_2: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningAverage: {
      required: {
        conditioning_to: link('CONDITIONING'),
        conditioning_from: link('CONDITIONING'),
        conditioning_to_strength: float(1, 0, 1),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningConcat: {
      required: { conditioning_to: link('CONDITIONING'), conditioning_from: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningSetArea: {
      required: {
        conditioning: link('CONDITIONING'),
        ...sides(64, 64, 8),
        ...corner(8),
        strength: float(1, 0, 10),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningSetAreaPercentage: {
      required: {
        conditioning: link('CONDITIONING'),
        ...{ width: float(1, 0, 1), height: float(1, 0, 1), x: float(0, 0, 1), y: float(0, 0, 1) },
        strength: float(1, 0, 10),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningSetMask: {
      required: {
        conditioning: link('CONDITIONING'),
        mask: link('MASK'),
        strength: float(1, 0, 10),
        set_cond_area: [['default', 'mask bounds']],
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ConditioningSetTimestepRange: {
      required: { conditioning: link('CONDITIONING'), start: float(0, 0, 1, 0.001), end: float(1, 0, 1, 0.001) },
      output: ['CONDITIONING'],
      category: 'advanced/conditioning',
    },
    ConditioningSetAreaStrength: {
      required: { conditioning: link('CONDITIONING'), strength: float(1, 0, 10) },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    ModelSamplingDiscrete: {
      required: {
        model: link('MODEL'),
        sampling: [['eps', 'v_prediction', 'lcm', 'x0', 'img_to_img']],
        zsnr: ['BOOLEAN', { default: false }],
      },
      output: ['MODEL'],
      category: 'advanced/model',
    },
    RescaleCFG: {
      required: { model: link('MODEL'), multiplier: float(0.7, 0, 1) },
      output: ['MODEL'],
      category: 'advanced/model',
    },
    ConditioningZeroOut: {
      required: { conditioning: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'advanced/conditioning',
    },
    ImageScaleToTotalPixels: {
      required: { image: link('IMAGE'), upscale_method: [RESIZES], megapixels: float(1, 0.01, 16) },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    ImagePadForOutpaint: {
      required: {
        image: link('IMAGE'),
        ...edges(8),
        feathering: int(40, 0, MAX_SIDE_PX),
      },
      output: ['IMAGE', 'MASK'],
      category: 'image',
    },
    Canny: {
      required: { image: link('IMAGE'), low_threshold: float(0.4, 0.01, 0.99), high_threshold: float(0.8, 0.01, 0.99) },
      output: ['IMAGE'],
      category: 'image/preprocessors',
    },
    ImageInvert: { required: { image: link('IMAGE') }, output: ['IMAGE'], category: 'image' },
    ImageBlend: {
      required: {
        ...{ image1: link('IMAGE'), image2: link('IMAGE'), blend_factor: float(0.5, 0, 1) },
        blend_mode: [['normal', 'multiply', 'screen', 'overlay', 'soft_light', 'difference']],
      },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    ImageCompositeMasked: {
      required: {
        ...{ destination: link('IMAGE'), source: link('IMAGE') },
        ...corner(),
        resize_source: ['BOOLEAN', { default: false }],
      },
      optional: { mask: link('MASK') },
      output: ['IMAGE'],
      category: 'image',
    },
    ImageBlur: {
      required: { image: link('IMAGE'), blur_radius: int(1, 1, 31), sigma: float(1, 0.1, 10, 0.1) },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    ImageSharpen: {
      required: {
        ...{
          image: link('IMAGE'),
          sharpen_radius: int(1, 1, 31),
          sigma: float(1, 0.1, 10),
          alpha: float(1, 0, 5),
        },
      },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    ImageBatch: {
      required: { image1: link('IMAGE'), image2: link('IMAGE') },
      output: ['IMAGE'],
      category: 'image',
    },
    GrowMask: {
      required: { mask: link('MASK'), expand: int(0, -512, 512), tapered_corners: ['BOOLEAN', { default: true }] },
      output: ['MASK'],
      category: 'mask',
    },
    FeatherMask: {
      required: {
        mask: link('MASK'),
        ...edges(),
      },
      output: ['MASK'],
      category: 'mask',
    },
    MaskComposite: {
      required: {
        ...{ destination: link('MASK'), source: link('MASK') },
        ...corner(),
        operation: [['multiply', 'add', 'subtract', 'and', 'or', 'xor']],
      },
      output: ['MASK'],
      category: 'mask',
    },
    RepeatImageBatch: {
      required: { image: link('IMAGE'), amount: int(1, 1, 4096) },
      output: ['IMAGE'],
      category: 'image/batch',
    },
    ImageFromBatch: {
      required: { image: link('IMAGE'), batch_index: int(0, 0, 4095), length: int(1, 1, 4096) },
      output: ['IMAGE'],
      category: 'image/batch',
    },
    EmptyImage: {
      required: {
        ...{ ...sides(512, 1), batch_size: int(1, 1, 64) },
        color: ['INT', { default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }],
      },
      output: ['IMAGE'],
      category: 'image',
    },
    SolidMask: {
      required: { value: float(1, 0, 1), ...sides(512, 1) },
      output: ['MASK'],
      category: 'mask',
    },
    InvertMask: { required: { mask: link('MASK') }, output: ['MASK'], category: 'mask' },
    MaskToImage: { required: { mask: link('MASK') }, output: ['IMAGE'], category: 'mask' },
    LatentBlend: {
      required: { samples1: link('LATENT'), samples2: link('LATENT'), blend_factor: float(0.5, 0, 1) },
      output: ['LATENT'],
      category: '_for_testing',
    },
    LatentComposite: {
      required: {
        ...{ samples_to: link('LATENT'), samples_from: link('LATENT') },
        ...corner(8),
        feather: int(0, 0, MAX_SIDE_PX, 8),
      },
      output: ['LATENT'],
      category: 'latent',
    },
    LatentCrop: {
      required: {
        samples: link('LATENT'),
        ...sides(512, 64, 8),
        ...corner(8),
      },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    LatentFlip: {
      required: { samples: link('LATENT'), flip_method: [['x-axis: vertically', 'y-axis: horizontally']] },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    LatentRotate: {
      required: { samples: link('LATENT'), rotation: [['none', '90 degrees', '180 degrees', '270 degrees']] },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    CLIPVisionLoader: { required: { clip_name: files('clip_vision') }, output: ['CLIP_VISION'], category: 'loaders' },
    LoraLoader: {
      required: {
        model: link('MODEL'),
        clip: link('CLIP'),
        lora_name: files('loras'),
        strength_model: float(1, -100, 100),
        strength_clip: float(1, -100, 100),
      },
      output: ['MODEL', 'CLIP'],
      category: 'loaders',
    },
    LoraLoaderModelOnly: {
      required: { model: link('MODEL'), lora_name: files('loras'), strength_model: float(1, -100, 100) },
      output: ['MODEL'],
      category: 'loaders',
    },
    ModelMergeSimple: {
      required: { model1: link('MODEL'), model2: link('MODEL'), ratio: float(1, 0, 1) },
      output: ['MODEL'],
      category: 'advanced/model_merging',
    },
    ModelMergeBlocks: {
      required: {
        ...{ model1: link('MODEL'), model2: link('MODEL') },
        ...{ input: float(1, 0, 1), middle: float(1, 0, 1), out: float(1, 0, 1) },
      },
      output: ['MODEL'],
      category: 'advanced/model_merging',
    },
    ModelMergeAdd: {
      required: { model1: link('MODEL'), model2: link('MODEL') },
      output: ['MODEL'],
      category: 'advanced/model_merging',
    },
    ModelMergeSubtract: {
      required: { model1: link('MODEL'), model2: link('MODEL'), multiplier: float(1, -10, 10) },
      output: ['MODEL'],
      category: 'advanced/model_merging',
    },
    CLIPMergeSimple: {
      required: { clip1: link('CLIP'), clip2: link('CLIP'), ratio: float(1, 0, 1) },
      output: ['CLIP'],
      category: 'advanced/model_merging',
    },
    CLIPMergeAdd: {
      required: { clip1: link('CLIP'), clip2: link('CLIP') },
      output: ['CLIP'],
      category: 'advanced/model_merging',
    },
    CLIPMergeSubtract: {
      required: { clip1: link('CLIP'), clip2: link('CLIP'), multiplier: float(1, -10, 10) },
      output: ['CLIP'],
      category: 'advanced/model_merging',
    },
    unCLIPCheckpointLoader: {
      required: { ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE', 'CLIP_VISION'],
      category: 'loaders',
    },
    CheckpointLoader: {
      required: { config_name: [CONFIG_FILES], ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE'],
      category: 'advanced/loaders',
      isDeprecated: true,
    },
    CheckpointLoaderSimple: {
      required: { ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE'],
      category: 'loaders',
    },
    CLIPTextEncode: { required: { text, clip: link('CLIP') }, output: ['CONDITIONING'], category: 'conditioning' },
    CLIPVisionEncode: {
      required: { clip_vision: link('CLIP_VISION'), image: link('IMAGE'), crop: [['center', 'none']] },
      output: ['CLIP_VISION_OUTPUT'],
      category: 'conditioning',
    },
    unCLIPConditioning: {
      required: {
        conditioning: link('CONDITIONING'),
        clip_vision_output: link('CLIP_VISION_OUTPUT'),
        strength: float(1, -10, 10),
        noise_augmentation: float(0, 0, 1),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    EmptyLatentImage: {
      required: { width: int(512, 16, 2048, 8), height: int(512, 16, 2048, 8), batch_size: int(1, 1, 64) },
      output: ['LATENT'],
      category: 'latent',
    },
    LatentFromBatch: {
      required: { samples: link('LATENT'), batch_index: int(0, 0, 63), length: int(1, 1, 64) },
      output: ['LATENT'],
      category: 'latent/batch',
    },
    RepeatLatentBatch: {
      required: { samples: link('LATENT'), amount: int(1, 1, 64) },
      output: ['LATENT'],
      category: 'latent/batch',
    },
    SetLatentNoiseMask: {
      required: { samples: link('LATENT'), mask: link('MASK') },
      output: ['LATENT'],
      category: 'latent/inpaint',
    },
    LatentUpscale: {
      required: {
        samples: link('LATENT'),
        upscale_method: [UPSCALES],
        ...sides(512, 0, 8),
        crop: [['disabled', 'center']],
      },
      output: ['LATENT'],
      category: 'latent',
    },
    LatentUpscaleBy: {
      required: { samples: link('LATENT'), upscale_method: [UPSCALES], scale_by: float(1.5, 0.01, 8) },
      output: ['LATENT'],
      category: 'latent',
    },
    KSampler: {
      required: { model: link('MODEL'), seed, ...sampling, denoise: float(1, 0, 1) },
      output: ['LATENT'],
      category: 'sampling',
    },
    KSamplerAdvanced: {
      required: {
        model: link('MODEL'),
        add_noise: [['enable', 'disable']],
        noise_seed: seed,
        ...sampling,
        start_at_step: int(0, 0, 10_000),
        end_at_step: int(10_000, 0, 10_000),
        return_with_leftover_noise: [['disable', 'enable']],
      },
      output: ['LATENT'],
      category: 'sampling',
    },
    ...customSamplingClasses(samplers),
    VAEDecode: { required: { samples: link('LATENT'), vae: link('VAE') }, output: ['IMAGE'], category: 'latent' },
    VAEEncode: { required: { pixels: link('IMAGE'), vae: link('VAE') }, output: ['LATENT'], category: 'latent' },
    ...Object.fromEntries(
      Object.entries(PRIMITIVES).map(([name, value]): [string, ComfyClass] => [
        name,
        { required: { value }, output: [String(value[0])], category: 'utils/primitive' },
      ]),
    ),
    VAEDecodeTiled: {
      required: { samples: link('LATENT'), vae: link('VAE'), ...tiles(32) },
      output: ['IMAGE'],
      category: '_for_testing',
    },
    VAEEncodeTiled: {
      required: { pixels: link('IMAGE'), vae: link('VAE'), ...tiles(64) },
      output: ['LATENT'],
      category: '_for_testing',
    },
    VAEEncodeForInpaint: {
      required: { pixels: link('IMAGE'), vae: link('VAE'), mask: link('MASK'), grow_mask_by: int(6, 0, 64) },
      output: ['LATENT'],
      category: 'latent/inpaint',
    },
    CLIPSetLastLayer: {
      required: { clip: link('CLIP'), stop_at_clip_layer: int(-1, -24, -1) },
      output: ['CLIP'],
      category: 'conditioning',
    },
    LoadImageMask: {
      required: {
        image: [images, { image_upload: true }],
        channel: [['alpha', 'red', 'green', 'blue']],
      },
      output: ['MASK'],
      category: 'mask',
    },
    LoadImage: { required: { image: [images, { image_upload: true }] }, output: ['IMAGE', 'MASK'], category: 'image' },
    ImageScale: {
      required: {
        image: link('IMAGE'),
        upscale_method: [RESIZES],
        ...sides(512, 0),
        crop: [['disabled', 'center']],
      },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    ImageScaleBy: {
      required: { image: link('IMAGE'), upscale_method: [RESIZES], scale_by: float(1, 0.01, 8) },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    ImageCrop: {
      required: {
        image: link('IMAGE'),
        ...sides(512, 1),
        ...corner(),
      },
      output: ['IMAGE'],
      category: 'image/transform',
    },
    ImageToMask: {
      required: { image: link('IMAGE'), channel: [['red', 'green', 'blue', 'alpha']] },
      output: ['MASK'],
      category: 'mask',
    },
    SaveImage: {
      required: { images: link('IMAGE'), filename_prefix: ['STRING', { default: 'ComfyUI' }] },
      output: [],
      category: 'image',
      isOutput: true,
    },
    PreviewImage: { required: { images: link('IMAGE') }, output: [], category: 'image', isOutput: true },
    SaveImageWebsocket: { required: { images: link('IMAGE') }, output: [], category: 'api/image', isOutput: true },
  };
}
