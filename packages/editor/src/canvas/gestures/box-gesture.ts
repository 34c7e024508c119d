import { boxOf, overlaps } from '../../catalog/card-boxes.js';
import type { Box, Point } from '../../document/document.js';
import { type EntityKey, frameKey, noteKey } from '../../document/entity-key.js';
import type { Gesture, GestureContext } from './gesture.js';

/**
 * Selects everything that a box touches; frames only when they are completely inside, as they contain the intended
 * cards.
 */
export function boxGesture({ adapter, session }: GestureContext, down: PointerEvent, keepsSelection: boolean): Gesture {
  const start = { x: down.clientX, y: down.clientY };
  const before = session.ui.getState().selection;
  const element = document.createElement('div');
  element.className = 'selection-box';
  adapter.container.append(element);

  function select(end: Point): void {
    const from = adapter.toCanvas({ x: Math.min(start.x, end.x), y: Math.min(start.y, end.y) });
    const to = adapter.toCanvas({ x: Math.max(start.x, end.x), y: Math.max(start.y, end.y) });
    const box = { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
    const inside = entitiesIn(box);
    session.ui.setState({ selection: new Set(keepsSelection ? [...before, ...inside] : inside) });
  }

  function entitiesIn(box: Box): readonly EntityKey[] {
    const { document: workflow } = session.store;
    const { frames, notes } = workflow.layout;
    const touched = [...Object.keys(workflow.nodes), ...notes.map(({ id }) => noteKey(id))].filter((key) => {
      const own = boxOf(workflow, session.catalog, key);
      return own !== undefined && overlaps(own, box);
    });
    const whole = frames.filter(
      ({ x, y, width, height }) =>
        x >= box.x && y >= box.y && x + width <= box.x + box.width && y + height <= box.y + box.height,
    );
    return [...touched, ...whole.map(({ id }) => frameKey(id))];
  }

  return {
    move({ clientX, clientY }) {
      const { left, top } = adapter.container.getBoundingClientRect();
      Object.assign(element.style, {
        left: `${Math.min(start.x, clientX) - left}px`,
        top: `${Math.min(start.y, clientY) - top}px`,
        width: `${Math.abs(clientX - start.x)}px`,
        height: `${Math.abs(clientY - start.y)}px`,
      });
      select({ x: clientX, y: clientY });
    },
    end(_, wasClick) {
      element.remove();
      if (wasClick && !keepsSelection) session.ui.setState({ selection: new Set() });
    },
    cancel() {
      element.remove();
      session.ui.setState({ selection: before });
    },
  };
}
