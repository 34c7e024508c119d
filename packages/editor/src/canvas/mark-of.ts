import type { EditorSession } from '../app/session.js';

/** What the far view shows of a node besides its name. */
export function markOf({ problems, runState, store }: EditorSession, node: string): 'error' | 'running' | undefined {
  const { state } = runState.get(store.runId(node));
  if (state === 'failed' || problems.of(node).length > 0) return 'error';
  return state === 'running' ? 'running' : undefined;
}
