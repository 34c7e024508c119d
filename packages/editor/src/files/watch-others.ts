import type { EditorSession } from '../app/session.js';
import { panelStrings } from '../panels/strings.js';
import { runningOf } from '../running/running.js';
import type { Files } from './files.js';

// The event of a save of our own may come before its answer.
const SETTLE_MS = 500;

/** Tells early that somebody else has saved the open workflow; what to do about it is asked at the next save. */
export function watchOthers(session: EditorSession, { state, client, say }: Files): void {
  runningOf(session)?.onEvent((event) => {
    if (event.type !== 'workflows-changed' || event.name !== state.getState().name) return;
    setTimeout(() => void look(event.name), SETTLE_MS);
  });

  async function look(name: string): Promise<void> {
    const saved = (await client.list().catch(() => [])).find((version) => version.name === name);
    const { name: current, revision } = state.getState();
    if (current === name && saved !== undefined && saved.revision > revision) say(panelStrings.conflict.early(name));
  }
}
