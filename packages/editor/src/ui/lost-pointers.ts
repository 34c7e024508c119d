/**
 * Ends the drags of pointers that were released without an event for the page, as in a system dialog: a pointer that
 * moves without a pressed button is up, so the missed event is sent to the element it was pressed on.
 *
 * @returns stops it
 */
export function endLostPointers(window: Window): () => void {
  const pressed = new Map<number, EventTarget | null>();
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('pointerdown', ({ pointerId, target }) => pressed.set(pointerId, target), options);
  const forget = ({ pointerId }: PointerEvent) => pressed.delete(pointerId);
  window.addEventListener('pointerup', forget, options);
  window.addEventListener('pointercancel', forget, options);
  window.addEventListener(
    'pointermove',
    (event) => {
      const { pointerId, buttons } = event;
      if (buttons !== 0 || !pressed.has(pointerId)) return;
      const target = pressed.get(pointerId);
      pressed.delete(pointerId);
      const isOnPage = target instanceof Node && target.isConnected;
      (isOnPage ? target : window).dispatchEvent(new PointerEvent('pointerup', pointerUp(event)));
    },
    options,
  );
  return () => stop.abort();
}

function pointerUp(event: PointerEvent): PointerEventInit {
  const { pointerId, pointerType, isPrimary, clientX, clientY, screenX, screenY } = event;
  const { shiftKey, ctrlKey, altKey, metaKey } = event;
  return {
    ...{ pointerId, pointerType, isPrimary, clientX, clientY, screenX, screenY, shiftKey, ctrlKey, altKey, metaKey },
    bubbles: true,
    cancelable: true,
    composed: true,
    button: 0,
    buttons: 0,
  };
}
