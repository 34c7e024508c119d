import ChevronRight from 'lucide-react/icons/chevron-right';
import { useCallback, useSyncExternalStore } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import './structure.css';
import { leave } from '../actions/structure-actions.js';

/** The way from the workflow to the subgraph on the canvas; nothing at the workflow itself. */
export function Breadcrumb() {
  const session = useSession();
  const { store } = session;
  const scope = useScope();
  if (scope.length === 0) return null;
  const titleOf = (name: string) => store.whole.subgraphs?.[name]?.title ?? name;
  return (
    <nav className="breadcrumb" aria-label={texts.structure.path} data-testid="breadcrumb">
      <Button onClick={() => leave(session, 0)}>{store.whole.title ?? texts.structure.whole}</Button>
      {scope.map(({ node, subgraph }, i) => (
        <span key={`${i} ${node}`} className="breadcrumb-step">
          <ChevronRight size={14} aria-hidden />
          {i === scope.length - 1 ? (
            <span aria-current="page">{titleOf(subgraph)}</span>
          ) : (
            <Button onClick={() => leave(session, i + 1)}>{titleOf(subgraph)}</Button>
          )}
        </span>
      ))}
    </nav>
  );
}

/** Where the user is; draws again when it changes, or when the document does. */
export function useScope() {
  const { store } = useSession();
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  useSyncExternalStore(subscribe, () => store.whole);
  return useSyncExternalStore(subscribe, () => store.scope);
}
