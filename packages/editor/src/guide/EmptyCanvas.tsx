import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import { useFiles, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';

const StartPage = lazyPart(async () => (await import('./StartPage.js')).StartPage);

/** What the canvas shows while there is nothing on it. */
export function EmptyCanvas() {
  const { api, store } = useSession();
  const { state } = useFiles();
  const isReadOnly = useStore(state, ({ readOnlyReason }) => readOnlyReason !== undefined);
  const isEmpty = useDocument(({ nodes }) => Object.keys(nodes).length === 0);
  if (!isEmpty) return null;
  // Inside of a subgraph the workflow goes on around it.
  if (api.isOnline && !isReadOnly && store.scope.length === 0) return <StartPage />;
  return (
    <div className="empty-canvas">
      <strong>{texts.canvas.empty}</strong>
      {texts.canvas.emptyHint}
    </div>
  );
}
