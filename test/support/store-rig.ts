import { createHash } from 'node:crypto';
import { openStore, type Store } from '@unclip-studio/server';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.js';

/** A store in a folder of the running test's own. */
export async function storeRig(): Promise<Store> {
  const store = await openStore(tempFolder());
  onTestFinished(() => store.close());
  return store;
}

export interface RunLike {
  readonly isPreview?: boolean;
  readonly clientId?: string;
  readonly priority?: number;
}

/** Puts a run into the queue without looking at what it would do. */
export function insertRun(
  { runs }: Store,
  id: string,
  { clientId = '', priority = 0, isPreview = false }: RunLike = {},
): void {
  const workflowJson = '{}';
  const workflowSha256 = createHash('sha256').update(workflowJson).digest('hex');
  const run = { id, workflowJson, workflowSha256, workflowName: null, title: id, targets: [], retryOf: null };
  runs.insert({ ...run, clientId, priority, isPreview }, 0);
}
