import { type ReasonOf, withReason } from '@unclip-studio/graph-core';

/** A checkpoint cannot be used: it is not there, a file is broken, or it is of a kind that is not supported. */
export class CheckpointError extends Error {
  override readonly name: string = 'CheckpointError';
}

/** No file has the name of a model. */
export class UnknownModelError extends CheckpointError {}

/** What is to be done about a file of a model: as data, and in words. */
export interface FileCure {
  readonly fault: ReasonOf<'model-file'>['fault'];
  readonly cure: string;
}

const RESTORE = 'Copy or download the checkpoint again';

/** A file that is not there. */
export const MISSING: FileCure = { fault: 'missing', cure: RESTORE };

/** A file that is not what it has to be. */
export const DAMAGED: FileCure = { fault: 'damaged', cure: RESTORE };

/** Says all that is wrong with one file of a checkpoint at once, a line each, and then what to do. */
export function fileProblems(file: string, problems: readonly string[], { fault, cure }: FileCure): CheckpointError {
  const [first = '', ...others] = problems;
  const because = { code: 'model-file', file, fault, detail: first, more: others.length } as const;
  if (others.length === 0) return withReason(new CheckpointError(`${file}: ${first}. ${cure}`), because);
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => `\n  ${problem}`);
  const rest = problems.length > MAX_SHOWN ? `\n  and ${problems.length - MAX_SHOWN} more` : '';
  const words = `${file}: ${problems.length} problems. ${cure}${shown.join('')}${rest}`;
  return withReason(new CheckpointError(words), because);
}

// A file of another model lacks thousands of tensors; no one reads more lines than these.
const MAX_SHOWN = 40;
