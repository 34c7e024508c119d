import ListOrdered from 'lucide-react/icons/list-ordered';
import Server from 'lucide-react/icons/server';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import type { EditorExtension } from '../session/session.js';
import { ConnectionBar } from './ConnectionBar.js';
import { RunBar } from './RunBar.js';
import { RunNoticeBar } from './RunNotice.js';
import { RunStatus } from './RunStatus.js';
import { runActions } from './run-actions.js';

/** Runs: the buttons, the queue, what a run says, and the connection to the server. */
export const runningExtension: EditorExtension = {
  id: 'running',
  Toolbar: RunBar,
  Status: RunStatus,
  Overlay: RunOverlay,
  panels: [
    {
      id: 'queue',
      title: () => texts.queue.title,
      Icon: ListOrdered,
      side: 'right',
      Content: lazyPart(async () => (await import('./QueuePanel.js')).QueuePanel),
    },
    {
      id: 'workers',
      title: () => texts.workers.title,
      Icon: Server,
      side: 'right',
      Content: lazyPart(async () => (await import('./WorkersPanel.js')).WorkersPanel),
    },
  ],
  actions: runActions,
};

function RunOverlay() {
  return (
    <>
      <ConnectionBar />
      <RunNoticeBar />
    </>
  );
}
