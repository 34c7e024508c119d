import { CONDITIONING_RULES } from './conditioning.js';
import { IMAGE_RULES } from './images.js';
import { LATENT_RULES } from './latents.js';
import { LOADER_RULES } from './loaders.js';
import { MASK_RULES } from './masks.js';
import { MODEL_RULES } from './models.js';
import type { SimpleRule } from './simple-rule.js';

/** By ComfyUI's class. Of two with one counterpart the first is what an export writes. */
export const SIMPLE_RULES: Readonly<Record<string, SimpleRule>> = {
  ...LOADER_RULES,
  ...MODEL_RULES,
  ...IMAGE_RULES,
  ...MASK_RULES,
  ...CONDITIONING_RULES,
  ...LATENT_RULES,
};
