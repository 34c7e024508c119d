import { endLostPointers } from '@unclip-studio/editor/lost-pointers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** Node has events and their targets, but none of pointers. */
class PointerEventOfTest extends Event {
  readonly pointerId: number;
  readonly buttons: number;

  constructor(type: string, { pointerId = 0, buttons = 0, ...init }: PointerEventInit = {}) {
    super(type, init);
    this.pointerId = pointerId;
    this.buttons = buttons;
  }
}

beforeEach(() => {
  vi.stubGlobal('PointerEvent', PointerEventOfTest);
  vi.stubGlobal('Node', class extends EventTarget {});
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function page() {
  const window = new EventTarget();
  const stop = endLostPointers(window as Window);
  const ups: number[] = [];
  window.addEventListener('pointerup', (event) => ups.push((event as PointerEvent).pointerId));
  const send = (type: string, pointerId: number, buttons: number) =>
    window.dispatchEvent(new PointerEventOfTest(type, { pointerId, buttons }));
  return { stop, ups, send };
}

test('a pointer that moves without a button, after it was pressed, is let go once', () => {
  const { send, ups } = page();

  send('pointerdown', 1, 1);
  send('pointermove', 1, 1);
  expect(ups).toEqual([]);
  send('pointermove', 1, 0);
  send('pointermove', 1, 0);

  expect(ups).toEqual([1]);
});

test('a pointer that the page saw released, or never pressed, is ignored', () => {
  const { send, ups, stop } = page();

  send('pointerdown', 1, 1);
  send('pointerup', 1, 0);
  send('pointermove', 1, 0);
  send('pointermove', 2, 0);
  expect(ups).toEqual([1]);

  send('pointerdown', 3, 1);
  stop();
  send('pointermove', 3, 0);
  expect(ups).toEqual([1]);
});
