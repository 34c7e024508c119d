import type { JsonObject } from '../../json-object.js';

const SCHEDULER: JsonObject = {
  _class_name: 'PNDMScheduler',
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  num_train_timesteps: 1000,
  clip_sample: false,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
};

const TOKENIZER_CONFIG: JsonObject = { model_max_length: 77, tokenizer_class: 'CLIPTokenizer' };

/** The files of the Stable Diffusion 2 repositories other than the weights, except for the scheduler, which differs. */
export const STABLE_DIFFUSION_2_FILES: Readonly<Record<string, JsonObject>> = {
  // "!" means padding in Stable Diffusion 2; its text tower was trained with it instead of the end token.
  'tokenizer/special_tokens_map.json': specialTokens('!'),
  'tokenizer/tokenizer_config.json': TOKENIZER_CONFIG,
};

/** The same for Stable Diffusion 1. */
export const STABLE_DIFFUSION_1_FILES: Readonly<Record<string, JsonObject>> = {
  'scheduler/scheduler_config.json': { ...SCHEDULER, prediction_type: 'epsilon' },
  'tokenizer/special_tokens_map.json': specialTokens('<|endoftext|>'),
  'tokenizer/tokenizer_config.json': TOKENIZER_CONFIG,
};

/**
 * The files of the stable-diffusion-2-1-unclip repositories other than the weights, the same for H and L. Schedulers:
 * the values of the model's training, v2-1-stable-unclip-h-inference.yaml.
 */
export const UNCLIP_FILES: Readonly<Record<string, JsonObject>> = {
  ...STABLE_DIFFUSION_2_FILES,
  'image_noising_scheduler/scheduler_config.json': {
    _class_name: 'DDPMScheduler',
    beta_schedule: 'squaredcos_cap_v2',
    num_train_timesteps: 1000,
  },
  'scheduler/scheduler_config.json': { ...SCHEDULER, prediction_type: 'v_prediction' },
};

function specialTokens(padding: string): JsonObject {
  return {
    bos_token: specialToken('<|startoftext|>'),
    eos_token: specialToken('<|endoftext|>'),
    unk_token: specialToken('<|endoftext|>'),
    pad_token: padding,
  };
}

function specialToken(content: string): JsonObject {
  return { content, lstrip: false, normalized: true, rstrip: false, single_word: false };
}

/** feature_extractor/preprocessor_config.json: CLIP's own mean, deviation and filter are its defaults. */
export function preprocessorConfig(imageSize: number): JsonObject {
  return { size: { shortest_edge: imageSize }, crop_size: { height: imageSize, width: imageSize } };
}
