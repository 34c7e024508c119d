import { CONDITIONING_RULES } from './conditioning.js';
import { IMAGE_EDIT_RULES } from './image-edits.js';
import { BATCH_RULES, IMAGE_RULES } from './images.js';
import { LATENT_RULES } from './latents.js';
import { LOADER_RULES } from './loaders.js';
import { MASK_RULES } from './masks.js';
import { MODEL_RULES } from './models.js';
import type { SimpleRule, Values } from './simple-rule.js';

/** Of the classes that ComfyUI has today. */
export const CURRENT_RULES: Readonly<Record<string, SimpleRule>> = {
  ...LOADER_RULES,
  ...MODEL_RULES,
  ...IMAGE_RULES,
  ...IMAGE_EDIT_RULES,
  ...BATCH_RULES,
  ...MASK_RULES,
  ...CONDITIONING_RULES,
  ...LATENT_RULES,
};

interface FormerClass {
  readonly now: string;
  /** Inputs that had another name: then -> now. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** What classes were called before, and what they are called now. */
export const FORMER_CLASSES: Readonly<Record<string, FormerClass>> = {
  'ConditioningAverage ': { now: 'ConditioningAverage' },
  T2IAdapterLoader: { now: 'ControlNetLoader', inputs: { t2i_adapter_name: 'control_net_name' } },
};

const former = Object.entries(FORMER_CLASSES).flatMap(([name, { now, inputs = {} }]) => {
  const rule = CURRENT_RULES[now];
  return rule === undefined ? [] : [[name, withInputNames(rule, inputs)] as const];
});

/** @param names then -> now */
function withInputNames(rule: SimpleRule, names: Readonly<Record<string, string>>): SimpleRule {
  const before = new Map(Object.entries(names).map(([then, now]) => [now, then]));
  const renamed = (values: Values, nameOf: (name: string) => string | undefined) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name) ?? name, value]));
  return {
    ...rule,
    toParams: (values) => rule.toParams(renamed(values, (name) => names[name])),
    toValues: (params) => renamed(rule.toValues(params), (name) => before.get(name)),
  };
}

/** By ComfyUI's class. Of two with one counterpart the first is what an export writes. */
export const SIMPLE_RULES: Readonly<Record<string, SimpleRule>> = { ...CURRENT_RULES, ...Object.fromEntries(former) };
