import { parseMemory } from '../services/memory-budget.js';
import { BadInput } from './bad-input.js';

// Three bytes a pixel have to fit into one piece of memory.
const MOST_MEGAPIXELS = 1000;

/**
 * Reads the choice of `--max-megapixels`.
 *
 * @returns pixels; `undefined` when it was left out
 * @throws BadInput
 */
export function readMaxPixels(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const megapixels = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (megapixels > 0 && megapixels <= MOST_MEGAPIXELS) return Math.round(megapixels * 1e6);
  throw new BadInput([`--max-megapixels ${text}: expected a number above 0, up to ${MOST_MEGAPIXELS}, as in 150.`]);
}

/**
 * Reads the choice of `--memory`.
 *
 * @returns bytes; `undefined` when it was left out
 * @throws BadInput
 */
export function readMemory(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseMemory(text);
  if (bytes !== undefined) return bytes;
  throw new BadInput([`--memory ${text}: expected a size, as in 6GB or 800MB.`]);
}
