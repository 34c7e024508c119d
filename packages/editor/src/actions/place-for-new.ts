import type { EditorSession } from '../session/session.js';
import type { NodeSearchRequest } from '../view/ui-state.js';

/**
 * Where something new is placed that was added with a key: under the pointer if it is over the canvas, else in the
 * center.
 */
export function placeForNew({ canvas }: EditorSession): NodeSearchRequest | undefined {
  const adapter = canvas.current;
  if (adapter === undefined) return undefined;
  const { left, top, width, height } = adapter.container.getBoundingClientRect();
  const pointer = adapter.toScreen(adapter.pointer);
  const isInside =
    adapter.container.matches(':hover') &&
    pointer.x > left &&
    pointer.y > top &&
    pointer.x < left + width &&
    pointer.y < top + height;
  const screen = isInside ? pointer : { x: left + width / 2 - 150, y: top + height / 3 };
  return { screen, at: adapter.toCanvas(screen) };
}
