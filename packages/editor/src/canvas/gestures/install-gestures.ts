import { subgraphNameOf } from '@unclip-studio/graph-core';
import { enter } from '../../actions/structure-actions.js';
import { addReroutePoint, removeReroutePoint } from '../../document/commands/links.js';
import type { EntityKey } from '../../document/entity-key.js';
import { linkKey } from '../../document/entity-key.js';
import { DRAG_THRESHOLD_PX } from '../../rete/drag.js';
import { isTextField } from '../../ui/keys.js';
import { boxGesture } from './box-gesture.js';
import { type Gesture, type GestureContext, isAdditive, panGesture } from './gesture.js';
import { Pinch } from './pinch.js';
import { listenToWheel } from './wheel.js';
import { rerouteGesture, wireGesture } from './wire-drag-gesture.js';

/** Pointer, wheel and touch on the canvas, but for what belongs to a card or a socket. @returns takes it all off again */
export function installGestures(context: GestureContext): () => void {
  const { adapter, session } = context;
  const { container } = adapter;
  const { ui } = session;
  const pinch = new Pinch(adapter);
  const stop = new AbortController();
  const { signal } = stop;
  let active: { readonly gesture: Gesture; readonly down: PointerEvent; hasMoved: boolean } | undefined;
  let isSpaceDown = false;

  function start(gesture: Gesture, down: PointerEvent): void {
    active?.gesture.cancel();
    active = { gesture, down, hasMoved: false };
  }

  // Before Rete and the cards hear of it.
  function onDownFirst(event: PointerEvent): void {
    adapter.takePointer(event);
    ui.setState({ search: undefined, menu: undefined });
    if (pinch.down(event)) {
      active?.gesture.cancel();
      active = undefined;
      adapter.drag.cancel();
      adapter.wireGesture.cancel();
      event.stopImmediatePropagation();
    } else if (event.button === 1 || (event.button === 0 && isSpaceDown)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      start(panGesture(context, event), event);
    } else if (event.button === 0 && adapter.visibility.detail === 'far') {
      const card = adapter.geometry.cardAt(adapter.toCanvas({ x: event.clientX, y: event.clientY }));
      if (card === undefined || !event.isTrusted) return;
      event.stopImmediatePropagation();
      adapter.grab(card, event);
    }
  }

  // What no card, note or socket has kept for itself.
  function onDown(event: PointerEvent): void {
    if (event.button !== 0 || ui.getState().pending !== undefined || isOnThing(event.target)) return;
    const screen = { x: event.clientX, y: event.clientY };
    const reroute = adapter.rerouteAt(screen);
    const wire = reroute ?? adapter.wireAt(screen);
    if (reroute !== undefined) start(rerouteGesture(context, reroute), event);
    else if (wire !== undefined && !isAdditive(event)) start(wireGesture(context, event, wire), event);
    else if (isAdditive(event) || ui.getState().tool === 'select')
      start(boxGesture(context, event, isAdditive(event)), event);
    else start(panGesture(context, event), event);
  }

  function onMove(event: PointerEvent): void {
    if (pinch.isActive) {
      pinch.move(event);
      return;
    }
    if (active === undefined) return;
    const { down, gesture } = active;
    if (event.pointerId !== down.pointerId) return;
    active.hasMoved ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= DRAG_THRESHOLD_PX;
    if (active.hasMoved) gesture.move(event);
  }

  function onUp(event: PointerEvent): void {
    pinch.up(event);
    if (active === undefined || event.pointerId !== active.down.pointerId) return;
    const { gesture, hasMoved } = active;
    active = undefined;
    if (event.type === 'pointercancel') gesture.cancel();
    else gesture.end(event, !hasMoved);
  }

  function onDoubleClick(event: MouseEvent): void {
    // A title that was hit has become a field by now, and is no longer on the page.
    if (event.composedPath().some(isOnThing)) return;
    const screen = { x: event.clientX, y: event.clientY };
    const reroute = adapter.rerouteAt(screen);
    const wire = adapter.wireAt(screen);
    if (reroute !== undefined) {
      removeReroutePoint(session.store, reroute.link, reroute.index);
    } else if (wire !== undefined) {
      const { x, y } = adapter.toCanvas(screen);
      addReroutePoint(session.store, wire.link, wire.index, { x: Math.round(x), y: Math.round(y) });
    } else {
      const card = adapter.visibility.detail === 'far' ? adapter.geometry.cardAt(adapter.toCanvas(screen)) : undefined;
      const type = card === undefined ? undefined : session.store.document.nodes[card]?.type;
      if (card === undefined) ui.setState({ search: { screen, at: adapter.toCanvas(screen) } });
      else if (type !== undefined && subgraphNameOf(type) !== undefined) enter(session, card);
    }
  }

  function onContextMenu(event: MouseEvent): void {
    // An image on a card has its own menu.
    if (isTextField(event.target) || isOnImage(event.target)) return;
    event.preventDefault();
    if (ui.getState().pending !== undefined) {
      adapter.wireGesture.cancel();
      return;
    }
    const screen = { x: event.clientX, y: event.clientY };
    const reroute = adapter.rerouteAt(screen);
    const target = thingAt(event) ?? wireKey(reroute?.link ?? adapter.wireAt(screen)?.link);
    if (target !== undefined && !ui.getState().selection.has(target)) ui.setState({ selection: new Set([target]) });
    const hitReroute = reroute !== undefined && target === linkKey(reroute.link) ? { reroute: reroute.index } : {};
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-param]') : null;
    const param = row?.dataset['param'];
    ui.setState({
      menu: { screen, at: adapter.toCanvas(screen), target, ...hitReroute, ...(param !== undefined && { param }) },
    });
  }

  function thingAt({ target, clientX, clientY }: MouseEvent): EntityKey | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-node-id], [data-entity]') : null;
    if (element !== null) return element.dataset['nodeId'] ?? element.dataset['entity'];
    if (adapter.visibility.detail !== 'far') return undefined;
    return adapter.geometry.cardAt(adapter.toCanvas({ x: clientX, y: clientY }));
  }

  function onKey(event: KeyboardEvent): void {
    if (event.code !== 'Space' || isTextField(event.target)) return;
    isSpaceDown = event.type === 'keydown';
    container.toggleAttribute('data-space', isSpaceDown);
    // Space presses buttons and scrolls; over the canvas it does neither.
    if (isSpaceDown && (event.target === document.body || container.contains(event.target as Node))) {
      if (!(event.target instanceof HTMLButtonElement)) event.preventDefault();
    }
  }

  container.addEventListener('pointerdown', onDownFirst, { capture: true, signal });
  container.addEventListener('pointerdown', onDown, { signal });
  container.addEventListener('dblclick', onDoubleClick, { signal });
  container.addEventListener('contextmenu', onContextMenu, { signal });
  window.addEventListener('pointermove', onMove, { signal });
  window.addEventListener('pointerup', onUp, { signal });
  window.addEventListener('pointercancel', onUp, { signal });
  window.addEventListener('keydown', onKey, { signal });
  window.addEventListener('keyup', onKey, { signal });
  const stopWheel = listenToWheel(context);
  return () => {
    stop.abort();
    stopWheel();
    active?.gesture.cancel();
  };
}

function isOnImage(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-image-menu]') !== null;
}

function isOnThing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-node-id], [data-entity]') !== null;
}

function wireKey(link: string | undefined): EntityKey | undefined {
  return link === undefined ? undefined : linkKey(link);
}
