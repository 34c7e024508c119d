import { type ComponentType, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { texts } from '../messages/texts.js';
import { CanvasAdapter } from '../rete/canvas-adapter.js';
import type { PortalHost } from '../rete/portal-host.js';
import { type EditorSession, useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Annotations } from './Annotations.js';
import './canvas.css';
import { FarImages } from './far-images.js';
import { installGestures } from './gestures/install-gestures.js';

/** The canvas with the graph. It draws nothing itself: Rete's adapter says which cards are on the page. */
/** @param Card draws one node */
export function Canvas({ Card }: { readonly Card: ComponentType<{ readonly id: string }> }) {
  const session = useSession();
  const element = useRef<HTMLDivElement>(null);
  const [adapter, setAdapter] = useState<CanvasAdapter>();
  const tool = useUi((ui) => ui.tool);
  const isWiring = useUi((ui) => ui.pending !== undefined);

  useEffect(() => {
    const container = element.current;
    if (container === null) return undefined;
    const { store, catalog, ui } = session;
    const images = new FarImages(session, () => session.canvas.current?.redraw());
    const created = new CanvasAdapter(container, {
      store,
      catalog,
      ui,
      renderCard: (id) => <Card id={id} />,
      markOf: (node) => markOf(session, node),
      imagesOf: (node) => images.imagesOf(node),
    });
    session.canvas.current = created;
    // What is painted hears of runs only here; cards in full view draw themselves.
    const stopWatching = session.runState.subscribeAll(() => {
      if (created.visibility.detail === 'far') created.redraw();
    });
    const stopGestures = installGestures({ session, adapter: created });
    created.fit();
    setAdapter(created);
    return () => {
      stopGestures();
      stopWatching();
      created.destroy();
      session.canvas.current = undefined;
      setAdapter(undefined);
    };
  }, [session, Card]);

  return (
    <div
      ref={element}
      className="canvas"
      data-testid="canvas"
      data-tool={tool}
      data-wiring={isWiring || undefined}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas itself takes keys
      tabIndex={0}
      aria-label={texts.app.canvas}
    >
      {adapter && <CardPortals host={adapter.portals} />}
      {adapter && <Annotations adapter={adapter} />}
    </div>
  );
}

function CardPortals({ host }: { readonly host: PortalHost }) {
  const portals = useSyncExternalStore(host.subscribe, host.getPortals);
  useEffect(host.onCommitted, [portals]);
  return portals;
}

/** What the far view shows of a node besides its name. */
function markOf({ problems, runState, store }: EditorSession, node: string): 'error' | 'running' | undefined {
  const { state } = runState.get(store.runId(node));
  if (state === 'failed' || problems.of(node).length > 0) return 'error';
  return state === 'running' ? 'running' : undefined;
}
