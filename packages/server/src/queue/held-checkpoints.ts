import type { WorkerCheckpoint } from '@unclip-studio/protocol';
import { type CheckpointServiceOptions, createCheckpointService } from '../services/model-files.js';

/**
 * Lists the checkpoints in these folders, sorted by name, again and again; what did not change is read once. One that
 * cannot be opened has no identity, and says why when a run uses it.
 */
export function createHeldCheckpoints(options: CheckpointServiceOptions): () => Promise<readonly WorkerCheckpoint[]> {
  const checkpoints = createCheckpointService(options);
  return async () => {
    const held: WorkerCheckpoint[] = [];
    for (const name of await checkpoints.list()) {
      const identity = await checkpoints.identify(name).catch(() => undefined);
      held.push({ name, ...(identity === undefined ? {} : { identity }) });
    }
    return held;
  };
}
