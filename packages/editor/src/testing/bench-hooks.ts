import type { EditorSession } from '../app/session.js';

export function installBenchHooks(_session: EditorSession): void {}
