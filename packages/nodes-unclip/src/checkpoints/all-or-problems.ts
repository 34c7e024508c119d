import { CheckpointError } from '../weights/checkpoint-error.js';

/**
 * Waits for all and reports the problems of all together; any error other than a problem of the checkpoint is rethrown.
 *
 * @throws CheckpointError
 */
export async function allOrProblems<const Promises extends readonly (Promise<unknown> | null)[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  const outcomes = await Promise.allSettled(promises);
  throwTogether(
    outcomes.map((outcome) => () => {
      if (outcome.status === 'rejected') throw outcome.reason;
    }),
  );
  return Promise.all(promises);
}

/** Runs all and reports the problems of all together, likewise. */
export function throwTogether<const Steps extends readonly (() => unknown)[]>(
  steps: Steps,
): { -readonly [Index in keyof Steps]: ReturnType<Steps[Index]> } {
  const problems: Error[] = [];
  const values = steps.map((step) => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      problems.push(error);
      return undefined;
    }
  });
  const [first] = problems;
  if (first !== undefined) {
    throw new CheckpointError(problems.map((problem) => problem.message).join('\n'), { cause: first });
  }
  // Without a problem each step has returned its value.
  return values as { -readonly [Index in keyof Steps]: ReturnType<Steps[Index]> };
}
