import { parseMemory } from '../services/memory-budget.js';
import { BadInput } from './bad-input.js';

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
