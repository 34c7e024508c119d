import type { OutputRecord } from '@unclip-studio/protocol';
import { entityOf } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import { withPart } from '../session/lazy-part.js';
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
    id: 'run-new-seeds',
    label: () => texts.run.newSeeds,
    group: 'run',
    keys: ['Alt+Enter'],
    worksInFields: true,
    isEnabled: (session) => isOnline(session) && !session.store.isReadOnly,
    run: (session) => void session.running?.runner.runWithNewSeeds(),
  },
  {
    id: 'more-like-last',
    label: () => texts.run.moreLikeLast,
    group: 'run',
    isEnabled: (session) => isOnline(session) && !session.store.isReadOnly,
    run(session) {
      const output = newestOutput(session);
      if (output === undefined) session.ui.setState({ message: texts.run.nothingToVary });
      else
        void withPart(
          session,
          () => import('../actions/image-actions.js'),
          ({ imageActions }) => imageActions.find(({ id }) => id === 'vary')?.run(session, { output }),
        );
    },
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

/** The first image of the run that the cards show. */
function newestOutput({ runState, store }: EditorSession): OutputRecord | undefined {
  const outputs = Object.keys(store.document.nodes).flatMap((id) => runState.get(store.runId(id)).outputs);
  return outputs.find(({ temporary }) => !temporary) ?? outputs[0];
}

/** There is a server; while it is down the runner says so. */
function isOnline(session: EditorSession): boolean {
  return session.running !== undefined;
}

function isConnected(session: EditorSession): boolean {
  return session.running?.connection.getState().phase === 'open';
}

function selectedNodes({ ui }: EditorSession): readonly string[] {
  return [...ui.getState().selection].filter((key) => entityOf(key).kind === 'node');
}
