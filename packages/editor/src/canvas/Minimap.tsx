import { type PointerEvent, useEffect, useRef } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument, useUi } from '../session/use-stores.js';
import { createMinimapPainter, type MinimapPainter } from './minimap-painter.js';

/** The whole graph, small, and where in it one is. Pressing moves the canvas there. Painted past React. */
export function Minimap() {
  const session = useSession();
  const isEmpty = useDocument(({ nodes }) => Object.keys(nodes).length === 0);
  const isShown = useUi((ui) => ui.showsMinimap) && !isEmpty;
  const theme = useUi((ui) => ui.shownTheme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MinimapPainter>(undefined);

  // Restarted when the theme changes, since it reads the colours when it starts.
  useEffect(() => {
    const adapter = session.canvas.current;
    if (canvas.current === null || adapter === undefined) return undefined;
    painter.current = createMinimapPainter(canvas.current, session, adapter);
    return () => {
      painter.current?.stop();
      painter.current = undefined;
    };
  }, [session, isShown, theme]);

  if (!isShown) return null;
  const goTo = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    painter.current?.centreOn({ x: event.clientX - left, y: event.clientY - top });
  };
  return (
    <canvas
      ref={canvas}
      className="minimap"
      aria-label={texts.canvas.minimap}
      role="img"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goTo(event);
      }}
      onPointerMove={goTo}
    />
  );
}
