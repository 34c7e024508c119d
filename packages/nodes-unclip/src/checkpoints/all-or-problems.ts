import { CheckpointError } from '../weights/checkpoint-error.js';
import { SafetensorsError } from '../weights/safetensors.js';

/**
 * Waits for all and tells the problems of all; anything but a problem of the checkpoint is thrown as it is.
 *
 * @throws CheckpointError
 */
export async function allOrProblems<const Promises extends readonly (Promise<unknown> | null)[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  const problems: Error[] = [];
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'fulfilled') continue;
    const error: unknown = outcome.reason;
    if (!(error instanceof CheckpointError || error instanceof SafetensorsError)) throw error;
    problems.push(error);
  }
  const [first] = problems;
  if (first !== undefined) {
    throw new CheckpointError(problems.map((problem) => problem.message).join('\n'), { cause: first });
  }
  return Promise.all(promises);
}
