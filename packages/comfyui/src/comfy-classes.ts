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
  steps,
} from './comfy-class.js';
import { customSamplingClasses } from './custom-sampling-classes.js';
import { CURRENT_RULES } from './rules/index.js';

const LARGEST_INT = 9223372036854775807n;

const text: InputSpec = ['STRING', { multiline: true, dynamicPrompts: true }];

const PRIMITIVES: Readonly<Record<string, InputSpec>> = {
  PrimitiveBoolean: ['BOOLEAN', {}],
  PrimitiveFloat: ['FLOAT', { min: -LARGEST_INT, max: LARGEST_INT }],
  PrimitiveInt: ['INT', { min: -LARGEST_INT, max: LARGEST_INT, control_after_generate: true }],
  PrimitiveString: ['STRING', { multiline: false }],
  PrimitiveStringMultiline: ['STRING', { multiline: true }],
};

/** The classes that an import has a counterpart for, with their inputs as ComfyUI declares them. */
export function comfyClasses(choices: ComfyChoices): Readonly<Record<string, ComfyClass>> {
  const ofRules = Object.entries(CURRENT_RULES).map(([name, { declared }]): [string, ComfyClass] => [
    name,
    typeof declared === 'function' ? declared(choices) : declared,
  ]);
  return { ...Object.fromEntries(ofRules), ...classesWithoutRule(choices) };
}

/** The same without anything to choose from: for what asks which inputs and outputs a class has. */
export function knownClasses(): Readonly<Record<string, ComfyClass>> {
  known ??= comfyClasses({ checkpoints: [], models: {}, images: [], samplers: [] });
  return known;
}

let known: Readonly<Record<string, ComfyClass>> | undefined;

/** @returns `undefined` for a class without a counterpart */
export function knownClass(name: string): ComfyClass | undefined {
  const classes = knownClasses();
  return Object.hasOwn(classes, name) ? classes[name] : undefined;
}

/** Classes of which several become one node here, or which become a part of another node. */
function classesWithoutRule({ samplers }: ComfyChoices): Readonly<Record<string, ComfyClass>> {
  const sampling = {
    steps,
    cfg,
    sampler_name: [samplers] as InputSpec,
    scheduler: [SCHEDULE_NAMES] as InputSpec,
    positive: link('CONDITIONING'),
    negative: link('CONDITIONING'),
    latent_image: link('LATENT'),
  };
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
    CLIPTextEncode: { required: { text, clip: link('CLIP') }, output: ['CONDITIONING'], category: 'conditioning' },
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
    ...Object.fromEntries(
      Object.entries(PRIMITIVES).map(([name, value]): [string, ComfyClass] => [
        name,
        { required: { value }, output: [String(value[0])], category: 'utils/primitive' },
      ]),
    ),
    CLIPSetLastLayer: {
      required: { clip: link('CLIP'), stop_at_clip_layer: int(-1, -24, -1) },
      output: ['CLIP'],
      category: 'conditioning',
    },
  };
}
