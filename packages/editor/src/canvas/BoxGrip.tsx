import { useRef } from 'react';
import { useSession } from '../app/session.js';
import { resizeAnnotation } from '../document/commands/annotations.js';
import type { Box } from '../document/document.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { strings } from '../strings.js';

export interface BoxGripProps {
  readonly kind: 'frame' | 'note';
  readonly item: Box & { readonly id: string };
  readonly adapter: CanvasAdapter;
}

const MIN_WIDTH = 120;
const MIN_HEIGHT = 60;

/** The corner by which a frame or a note is resized. */
export function BoxGrip({ kind, item, adapter }: BoxGripProps) {
  const { store } = useSession();
  const start = useRef<{ readonly x: number; readonly y: number; readonly box: Box } | undefined>(undefined);
  const stop = () => {
    start.current = undefined;
  };
  return (
    <span
      className="resize-grip"
      data-tip={strings.card.resize}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, y: event.clientY, box: item };
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from === undefined) return;
        const { k } = adapter.viewport;
        resizeAnnotation(store, kind, item.id, {
          x: from.box.x,
          y: from.box.y,
          width: Math.max(MIN_WIDTH, from.box.width + (event.clientX - from.x) / k),
          height: Math.max(MIN_HEIGHT, from.box.height + (event.clientY - from.y) / k),
        });
      }}
      onPointerUp={stop}
      onPointerCancel={stop}
    />
  );
}
