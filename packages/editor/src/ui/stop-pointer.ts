import type { PointerEvent } from 'react';

/** Keeps a press on a control of a card from dragging the card. */
export function stopPointer(event: PointerEvent): void {
  // Other buttons and the Space key move the canvas from anywhere.
  if (event.button === 0) event.stopPropagation();
}
