import { addReroutePoint, moveReroutePoint } from '../../document/commands/links.js';
import type { Point } from '../../document/document.js';
import { linkKey } from '../../document/entity-key.js';
import type { WireAt } from '../../rete/wire-index.js';
import { type Gesture, type GestureContext, isAdditive } from './gesture.js';

/** A click on a wire selects it; dragging it leads it through a new point. */
export function wireGesture({ adapter, session }: GestureContext, down: PointerEvent, hit: WireAt): Gesture {
  const { ui, store } = session;
  const key = linkKey(hit.link);
  return {
    move(event) {
      adapter.wires.hold({ ...hit, isNew: true, at: adapter.toCanvas(pointOf(event)) });
      adapter.redraw();
    },
    end(event, wasClick) {
      adapter.wires.hold(undefined);
      if (!wasClick) addReroutePoint(store, hit.link, hit.index, rounded(adapter.toCanvas(pointOf(event))));
      else ui.setState({ selection: new Set(isAdditive(down) ? [...ui.getState().selection, key] : [key]) });
      adapter.redraw();
    },
    cancel() {
      adapter.wires.hold(undefined);
      adapter.redraw();
    },
  };
}

/** Moves a reroute point. */
export function rerouteGesture({ adapter, session }: GestureContext, hit: WireAt): Gesture {
  return {
    move(event) {
      adapter.wires.hold({ ...hit, isNew: false, at: adapter.toCanvas(pointOf(event)) });
      adapter.redraw();
    },
    end(event, wasClick) {
      adapter.wires.hold(undefined);
      if (wasClick) session.ui.setState({ selection: new Set([linkKey(hit.link)]) });
      else moveReroutePoint(session.store, hit.link, hit.index, rounded(adapter.toCanvas(pointOf(event))));
      adapter.redraw();
    },
    cancel() {
      adapter.wires.hold(undefined);
      adapter.redraw();
    },
  };
}

function pointOf({ clientX, clientY }: PointerEvent): Point {
  return { x: clientX, y: clientY };
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}
