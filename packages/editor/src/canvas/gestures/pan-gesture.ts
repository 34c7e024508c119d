import type { Gesture, GestureContext } from './gesture.js';

/** Moves the canvas with the pointer; a plain click selects nothing. */
export function panGesture({ adapter, session }: GestureContext, down: PointerEvent): Gesture {
  let { clientX, clientY } = down;
  adapter.container.dataset['gesture'] = 'pan';
  const stop = () => {
    delete adapter.container.dataset['gesture'];
  };
  return {
    move(event) {
      adapter.panBy(event.clientX - clientX, event.clientY - clientY);
      ({ clientX, clientY } = event);
    },
    end(_, wasClick) {
      stop();
      if (wasClick && down.button === 0) session.ui.setState({ selection: new Set() });
    },
    cancel: stop,
  };
}
