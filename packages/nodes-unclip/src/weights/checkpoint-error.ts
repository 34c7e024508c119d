/** A checkpoint cannot be used: it is not there, a file is broken, or it is of a kind that is not supported. */
export class CheckpointError extends Error {
  override readonly name: string = 'CheckpointError';
}

/** No file has the name of a model. */
export class UnknownModelError extends CheckpointError {}

/** Says all that is wrong with one file of a checkpoint at once, a line each, and then what to do. */
export function fileProblems(file: string, problems: readonly string[], cure: string): CheckpointError {
  const [only] = problems;
  if (only !== undefined && problems.length === 1) return new CheckpointError(`${file}: ${only}. ${cure}`);
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => `\n  ${problem}`);
  const rest = problems.length > MAX_SHOWN ? `\n  and ${problems.length - MAX_SHOWN} more` : '';
  return new CheckpointError(`${file}: ${problems.length} problems. ${cure}${shown.join('')}${rest}`);
}

// A file of another model lacks thousands of tensors; no one reads more lines than these.
const MAX_SHOWN = 40;
