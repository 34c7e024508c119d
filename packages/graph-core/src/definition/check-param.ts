import type { ParamRule } from '@unclip-studio/protocol';
import { unreachable } from '../unreachable.js';
import type { Param } from './params.js';
import { isSeed, MAX_SEED } from './seed.js';

/** What the param expects instead of `value`, in English; `undefined` when the value fits. */
export function checkParam(param: Param, value: unknown): string | undefined {
  const rule = brokenRule(param, value);
  return rule && describeRule(rule);
}

/** The rule that `value` breaks, as a diagnostic holds it; `undefined` when the value fits. */
export function expectationOf(param: Param, value: unknown): { expected: string; rule: ParamRule } | undefined {
  const rule = brokenRule(param, value);
  return rule && { expected: describeRule(rule), rule };
}

/** The rule that `value` breaks; `undefined` when the value fits. */
export function brokenRule(param: Param, value: unknown): ParamRule | undefined {
  switch (param.kind) {
    case 'number': {
      const { min, max } = param;
      return isWithin(value, param) ? undefined : { kind: 'number', min, max };
    }
    case 'integer': {
      const { min, max, multipleOf = 1 } = param;
      const fits = isWithin(value, param) && Number.isInteger(value) && (value as number) % multipleOf === 0;
      return fits ? undefined : { kind: 'integer', min, max, ...(multipleOf !== 1 && { multipleOf }) };
    }
    case 'seed':
      if (isSeed(value)) return undefined;
      return typeof value === 'number' && value > Number.MAX_SAFE_INTEGER
        ? { kind: 'seed-in-quotes', above: Number.MAX_SAFE_INTEGER, max: String(MAX_SEED) }
        : { kind: 'seed', max: String(MAX_SEED) };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { kind: 'boolean' };
    case 'text':
      if (typeof value !== 'string') return { kind: 'text' };
      if (value.length > param.maxLength) return { kind: 'text-length', max: param.maxLength };
      return param.pattern && !new RegExp(`^(?:${param.pattern.source})$`, 'u').test(value)
        ? { kind: 'pattern', meaning: param.pattern.meaning }
        : undefined;
    case 'choice':
      return param.options.includes(value as string) ? undefined : { kind: 'choice', options: [...param.options] };
    case 'image':
      return isName(value) ? undefined : { kind: 'image' };
    case 'checkpoint':
      return isName(value)
        ? undefined
        : { kind: 'checkpoint', ...(param.model !== undefined && { model: param.model }) };
    default:
      return unreachable(param);
  }
}

/** The words for what a param expects, in English. */
export function describeRule(rule: ParamRule): string {
  switch (rule.kind) {
    case 'number':
      return `a number from ${rule.min} to ${rule.max}`;
    case 'integer':
      return rule.multipleOf === undefined
        ? `a whole number from ${rule.min} to ${rule.max}`
        : `a multiple of ${rule.multipleOf} from ${rule.min} to ${rule.max}`;
    case 'seed':
      return `a whole number from 0 to ${rule.max}`;
    case 'seed-in-quotes':
      return `a seed above ${rule.above} in quotes, such as "${rule.max}", since numbers as large are rounded`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'a text';
    case 'text-length':
      return `a text of at most ${rule.max} characters`;
    case 'pattern':
      return rule.meaning;
    case 'choice':
      return `one of ${rule.options.map((option) => `"${option}"`).join(', ')}`;
    case 'image':
      return 'the name of an image';
    case 'checkpoint':
      return rule.model === undefined ? 'the name of a checkpoint' : `the name of a model of type "${rule.model}"`;
    default:
      return unreachable(rule);
  }
}

// NaN and the infinities cannot come from JSON, but can from code that calls us.
function isWithin(value: unknown, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 1024;
}
