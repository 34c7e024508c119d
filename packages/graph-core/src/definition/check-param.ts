import { unreachable } from '../unreachable.js';
import type { Param } from './params.js';
import { isSeed, MAX_SEED } from './seed.js';

/** What the param expects instead of `value`, in words; `undefined` when the value fits. */
export function checkParam(param: Param, value: unknown): string | undefined {
  switch (param.kind) {
    case 'number':
      return isWithin(value, param) ? undefined : `a number from ${param.min} to ${param.max}`;
    case 'integer': {
      const step = param.multipleOf ?? 1;
      const fits = isWithin(value, param) && Number.isInteger(value) && (value as number) % step === 0;
      if (fits) return undefined;
      return step === 1
        ? `a whole number from ${param.min} to ${param.max}`
        : `a multiple of ${step} from ${param.min} to ${param.max}`;
    }
    case 'seed':
      if (isSeed(value)) return undefined;
      return typeof value === 'number' && value > Number.MAX_SAFE_INTEGER
        ? `a seed above ${Number.MAX_SAFE_INTEGER} in quotes, such as "${MAX_SEED}", since numbers as large are rounded`
        : `a whole number from 0 to ${MAX_SEED}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'text':
      if (typeof value !== 'string') return 'a text';
      if (value.length > param.maxLength) return `a text of at most ${param.maxLength} characters`;
      if (param.pattern && !new RegExp(`^(?:${param.pattern.source})$`, 'u').test(value)) return param.pattern.meaning;
      return undefined;
    case 'choice':
      return param.options.includes(value as string)
        ? undefined
        : `one of ${param.options.map((option) => `"${option}"`).join(', ')}`;
    case 'image':
      return isName(value) ? undefined : 'the name of an image';
    case 'checkpoint':
      if (isName(value)) return undefined;
      return param.model === undefined ? 'the name of a checkpoint' : `the name of a model of type "${param.model}"`;
    default:
      return unreachable(param);
  }
}

// NaN and the infinities cannot come from JSON, but can from code that calls us.
function isWithin(value: unknown, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 1024;
}
