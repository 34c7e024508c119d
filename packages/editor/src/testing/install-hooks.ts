import type { EditorSession } from '../session/session.js';

/** Puts the hooks on the window that tests and measurements need; without `?test` and `?bench` there are none. */
export async function installTestHooks(session: EditorSession): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (query.has('test')) (await import('./editor-hooks.js')).installEditorHooks(session);
  if (query.has('bench')) (await import('./bench-hooks.js')).installBenchHooks(session);
}
