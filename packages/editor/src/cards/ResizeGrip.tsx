import { useRef } from 'react';
import { useSession } from '../app/session.js';
import type { CardLayout } from '../catalog/card-layout.js';
import { resizeNode } from '../document/commands/placing.js';
import { strings } from '../strings.js';

/** The corner by which a card is made larger; a double click gives it its natural size back. */
export function ResizeGrip({ id, layout }: { readonly id: string; readonly layout: CardLayout }) {
  const { store, canvas } = useSession();
  const start = useRef<{ readonly x: number; readonly y: number; readonly layout: CardLayout } | undefined>(undefined);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu offers the natural size for keys
    <span
      className="resize-grip"
      data-tip={strings.card.resize}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, y: event.clientY, layout };
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from === undefined) return;
        const k = canvas.current?.viewport.k ?? 1;
        resizeNode(store, id, {
          width: from.layout.width + (event.clientX - from.x) / k,
          height: from.layout.height + (event.clientY - from.y) / k,
        });
      }}
      onPointerUp={() => {
        start.current = undefined;
      }}
      onPointerCancel={() => {
        start.current = undefined;
      }}
      onDoubleClick={() => resizeNode(store, id, undefined)}
    />
  );
}
