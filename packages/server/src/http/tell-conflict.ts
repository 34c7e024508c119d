import type { Store } from '../store/store.js';
import { RevisionConflict } from '../store/store-errors.js';
import { Problem } from './problem.js';

/**
 * Does a change that names the revision it is based on.
 *
 * @throws Problem 409 with the current state, so that the client can merge without asking again
 */
export function tellConflict<Value>(store: Store, name: string, change: () => Value): Value {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    const current = error.currentRevision === 0 ? undefined : store.workflows.read(name);
    const { json, ...version } = current ?? { json: 'null' };
    const workflow: unknown = JSON.parse(json);
    throw new Problem('conflict', error.message, {
      errors: [{ path: 'body.baseRevision', message: `the newest revision is ${error.currentRevision}` }],
      extra: {
        currentRevision: error.currentRevision,
        ...(current === undefined ? {} : { current: { ...version, workflow } }),
      },
      cause: error,
    });
  }
}
