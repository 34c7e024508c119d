import { type PointerEvent, useRef } from 'react';

/** How far the pointer is from where it was pressed, in CSS pixels of the page. */
export interface DragDistance {
  readonly dx: number;
  readonly dy: number;
}

interface DragHandlers {
  onPointerDown(event: PointerEvent<HTMLElement>): void;
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  onPointerUp(): void;
  onPointerCancel(): void;
}

/**
 * Handlers for dragging with the main button, which capture the pointer until it is released.
 *
 * @param start the state when the drag began; kept until the drag ends
 */
export function useDrag<Start>(start: Start, onDrag: (start: Start, distance: DragDistance) => void): DragHandlers {
  const drag = useRef<{ readonly x: number; readonly y: number; readonly start: Start } | undefined>(undefined);
  const stop = () => {
    drag.current = undefined;
  };
  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, y: event.clientY, start };
    },
    onPointerMove({ clientX, clientY }) {
      const from = drag.current;
      if (from !== undefined) onDrag(from.start, { dx: clientX - from.x, dy: clientY - from.y });
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  };
}
