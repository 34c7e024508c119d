import { findWritten } from '@unclip-studio/graph-core';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import X from 'lucide-react/icons/x';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { showNode } from '../session/core.js';
import type { Running } from '../session/running/running.js';
import { useRunning, useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';

/** Why a run was refused or failed, with the way to the node. */
export function RunNoticeBar() {
  const running = useRunning();
  return running === undefined ? null : <Notice running={running} />;
}

function Notice({ running: { runner } }: { readonly running: Running }) {
  const session = useSession();
  const { store, form } = session;
  const notice = useStore(runner.state, (state) => state.notice);
  const isFormOpen = useStore(form, ({ isOpen }) => isOpen);
  // The form says it itself, below its button to run; here are only the ways to run the same again.
  if (notice === undefined || (isFormOpen && notice.repeat === undefined)) return null;
  const { message, node, retry, repeat } = notice;
  return (
    <div className="notice" role="alert" data-testid="run-notice">
      <TriangleAlert size={16} aria-hidden />
      <p>{message}</p>
      <div className="notice-buttons">
        {node !== undefined && findWritten(store.whole, node) !== undefined && (
          <Button onClick={() => showNode(session, node)}>{texts.run.show}</Button>
        )}
        {retry !== undefined && <Button onClick={() => void runner.retry(retry)}>{texts.run.retry}</Button>}
        {repeat?.canDiffer && (
          <Button onClick={() => void runner.runWithNewSeeds(repeat.targets)}>{texts.run.newSeeds}</Button>
        )}
        {repeat !== undefined && (
          <Button onClick={() => void runner.run(repeat.targets, { repeats: true })}>{texts.run.runAgain}</Button>
        )}
      </div>
      <IconButton label={texts.run.dismiss} onClick={() => runner.state.setState({ notice: undefined })}>
        <X size={16} />
      </IconButton>
    </div>
  );
}
