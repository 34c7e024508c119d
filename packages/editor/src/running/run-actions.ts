import { entityOf } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { EditorAction, EditorSession } from '../session/session.js';

export const runActions: readonly EditorAction[] = [
  {
    id: 'run',
    label: () => texts.run.runTip,
    group: 'run',
    keys: ['Mod+Enter'],
    worksInFields: true,
    isEnabled: isOnline,
    run: (session) => void session.running?.runner.run(),
  },
  {
    id: 'run-to',
    label: () => texts.run.runTo,
    group: 'run',
    keys: ['Mod+Shift+Enter'],
    worksInFields: true,
    isEnabled: (session) => isOnline(session) && selectedNodes(session).length > 0,
    run: (session) => void session.running?.runner.run(selectedNodes(session).map((id) => session.store.runId(id))),
  },
  {
    id: 'stop',
    label: () => texts.run.stopTip,
    group: 'run',
    keys: ['Mod+.'],
    worksInFields: true,
    isEnabled: (session) => (session.running?.runner.state.getState().own.length ?? 0) > 0,
    run: (session) => void session.running?.runner.cancel(),
  },
  {
    id: 'live',
    label: () => texts.run.liveTip,
    group: 'run',
    isEnabled: isConnected,
    run(session) {
      const state = session.running?.runner.state;
      state?.setState(({ isLive }) => ({ isLive: !isLive }));
      session.ui.setState({ message: state?.getState().isLive ? texts.run.liveOn : texts.run.liveOff });
    },
  },
];

/** There is a server; while it is away the runner says so. */
function isOnline(session: EditorSession): boolean {
  return session.running !== undefined;
}

function isConnected(session: EditorSession): boolean {
  return session.running?.connection.getState().phase === 'open';
}

function selectedNodes({ ui }: EditorSession): readonly string[] {
  return [...ui.getState().selection].filter((key) => entityOf(key).kind === 'node');
}
