import type { EditorSession } from '../session/session.js';

/** Brings the field of a param into view, with its value selected, so that typing replaces it. */
export async function focusField(session: EditorSession, node: string, param: string): Promise<void> {
  const { canvas, ui } = session;
  ui.setState({ selection: new Set([node]) });
  await canvas.current?.settled();
  // The whole graph stays in view where its cards are large enough to have fields.
  if (!isReadable(session, node)) canvas.current?.fit();
  await canvas.current?.settled();
  if (!isReadable(session, node)) canvas.current?.fit([node]);
  await canvas.current?.settled();
  requestAnimationFrame(() => {
    const row = `[data-node-id="${CSS.escape(node)}"] [data-param="${CSS.escape(param)}"]`;
    const field = ['.typed-number input', 'textarea', 'input']
      .map((kind) => canvas.current?.container.querySelector<HTMLInputElement>(`${row} ${kind}`))
      .find((found) => found !== null && found !== undefined);
    field?.focus({ preventScroll: true });
    field?.select();
  });
}

/** Whether the card is inside the window and has its fields. */
function isReadable({ canvas }: EditorSession, node: string): boolean {
  const { current } = canvas;
  const box = current?.geometry.box(node);
  if (current === undefined || box === undefined || current.visibility.detail !== 'full') return false;
  const { left, top, right, bottom } = current.container.getBoundingClientRect();
  const start = current.toScreen(box);
  const end = current.toScreen({ x: box.x + box.width, y: box.y + box.height });
  return start.x >= left && start.y >= top && end.x <= right && end.y <= bottom;
}
