import { boxOf } from '../catalog/card-boxes.js';
import { boxAround } from '../document/commands/align.js';
import { addFrame, addNote } from '../document/commands/annotations.js';
import type { Point } from '../document/document.js';
import { frameKey, noteKey } from '../document/entity-key.js';
import type { EditorSession } from '../session/session.js';

const NOTE = { width: 220, height: 120 };
const FRAME_MARGIN = 24;
const FRAME_TITLE = 34;
const EMPTY_FRAME = { width: 400, height: 280 };

export function noteAt({ store, ui }: EditorSession, { x, y }: Point): void {
  const id = addNote(store, { x, y, ...NOTE });
  if (id !== undefined) ui.setState({ selection: new Set([noteKey(id)]), renaming: noteKey(id) });
}

export function frameAt({ store, ui }: EditorSession, { x, y }: Point): void {
  const id = addFrame(store, { x, y, ...EMPTY_FRAME });
  if (id !== undefined) ui.setState({ selection: new Set([frameKey(id)]), renaming: frameKey(id) });
}

/** Puts a frame around the selection. */
export function frameSelection({ store, catalog, ui }: EditorSession): void {
  const boxes = [...ui.getState().selection].flatMap((key) => boxOf(store.document, catalog, key) ?? []);
  const around = boxAround(boxes);
  if (around === undefined) return;
  const id = addFrame(store, {
    x: around.x - FRAME_MARGIN,
    y: around.y - FRAME_MARGIN - FRAME_TITLE,
    width: around.width + 2 * FRAME_MARGIN,
    height: around.height + 2 * FRAME_MARGIN + FRAME_TITLE,
  });
  if (id !== undefined) ui.setState({ selection: new Set([frameKey(id)]), renaming: frameKey(id) });
}
