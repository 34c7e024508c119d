import type { CDPSession } from 'playwright-core';

/** The mouse through the browser's own protocol: quicker than a test's mouse, and trusted like a real one. */
export interface Pointer {
  hover(x: number, y: number): Promise<void>;
  press(x: number, y: number): Promise<void>;
  dragTo(x: number, y: number): Promise<void>;
  release(x: number, y: number): Promise<void>;
  wheel(x: number, y: number, deltaY: number): Promise<void>;
}

export function createPointer(session: CDPSession): Pointer {
  const send = async (event: Parameters<typeof session.send<'Input.dispatchMouseEvent'>>[1]) => {
    await session.send('Input.dispatchMouseEvent', event);
  };
  const held = { button: 'left', buttons: 1, clickCount: 1 } as const;
  return {
    hover: (x, y) => send({ type: 'mouseMoved', x, y, button: 'none', buttons: 0 }),
    press: (x, y) => send({ type: 'mousePressed', x, y, ...held }),
    dragTo: (x, y) => send({ type: 'mouseMoved', x, y, ...held }),
    release: (x, y) => send({ type: 'mouseReleased', x, y, ...held, buttons: 0 }),
    wheel: (x, y, deltaY) => send({ type: 'mouseWheel', x, y, deltaX: 0, deltaY }),
  };
}

/** Gives input every 8 ms at most, twice as often as a screen shows, for some seconds. */
export async function repeatFor(seconds: number, input: (i: number, elapsedS: number) => Promise<void>): Promise<void> {
  const startMs = performance.now();
  for (let i = 0; performance.now() - startMs < seconds * 1000; i++) {
    const beganMs = performance.now();
    await input(i, (beganMs - startMs) / 1000);
    const leftMs = 8 - (performance.now() - beganMs);
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
  }
}
