import type { CanvasAdapter } from '../rete/canvas-adapter.js';

/** Brings a card onto the screen and puts the focus on it. Cards outside of the screen have no element until then. */
export function focusCard(canvas: CanvasAdapter | undefined, node: string): void {
  if (canvas === undefined) return;
  canvas.fit([node]);
  void canvas.settled().then(() => {
    canvas.container.querySelector<HTMLElement>(`[data-node-id="${CSS.escape(node)}"]`)?.focus();
  });
}
