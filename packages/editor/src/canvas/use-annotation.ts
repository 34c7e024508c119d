import { type PointerEvent, useCallback, useLayoutEffect, useRef } from 'react';
import type { Point } from '../document/document.js';
import type { EntityKey } from '../document/entity-key.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';

/** Lets a frame or note be dragged together with the cards of its drag. */
export function useAnnotation(adapter: CanvasAdapter, key: EntityKey, { x, y }: Point) {
  const element = useRef<HTMLDivElement | null>(null);
  const ref = useCallback(
    (found: HTMLDivElement | null) => {
      element.current = found;
      return found === null ? undefined : adapter.drag.registerAnnotation(key, found);
    },
    [adapter, key],
  );
  // The new place is in the document now, so what the drag had put on top goes, in the same frame.
  useLayoutEffect(() => {
    if (element.current !== null) element.current.style.translate = '';
  }, [x, y]);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    adapter.drag.dragAnnotation(key, { x, y }, event.nativeEvent);
  };
  return { ref, onPointerDown };
}
