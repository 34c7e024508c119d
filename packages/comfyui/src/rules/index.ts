import { CONDITIONING_RULES } from './conditioning.js';
import { IMAGE_RULES } from './images.js';
import { LATENT_RULES } from './latents.js';
import { LOADER_RULES } from './loaders.js';
import { MASK_RULES } from './masks.js';
import { MODEL_RULES } from './models.js';
import type { SimpleRule } from './simple-rule.js';

const RULES: Readonly<Record<string, SimpleRule>> = {
  ...LOADER_RULES,
  ...MODEL_RULES,
  ...IMAGE_RULES,
  ...MASK_RULES,
  ...CONDITIONING_RULES,
  ...LATENT_RULES,
};

/** What classes were called before, and what they are called now. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'ConditioningAverage ': 'ConditioningAverage',
  T2IAdapterLoader: 'ControlNetLoader',
};

const former = Object.entries(FORMER_NAMES).flatMap(([name, now]) =>
  RULES[now] === undefined ? [] : [[name, RULES[now]] as const],
);

/** By ComfyUI's class. Of two with one counterpart the first is what an export writes. */
export const SIMPLE_RULES: Readonly<Record<string, SimpleRule>> = { ...RULES, ...Object.fromEntries(former) };
