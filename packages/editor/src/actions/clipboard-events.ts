import { boxOf } from '../catalog/card-boxes.js';
import { boxAround } from '../document/commands/align.js';
import { copyText, paste, readCopied } from '../document/commands/clipboard.js';
import { deleteEntities } from '../document/commands/nodes.js';
import type { Point, WorkflowDocument } from '../document/document.js';
import { frameKey, noteKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { imageIn } from '../ui/browser-files.js';
import { isTextField, latinKey } from '../ui/keys.js';
import type { NodeSearchRequest } from '../view/ui-state.js';
import { pasteImage } from './add-image-node.js';

/** Copy, cut and paste by the browser's own events, which need no permission. @returns takes them off again */
export function listenToClipboard(session: EditorSession): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const onCopy = (event: ClipboardEvent) => {
    const { selection } = session.ui.getState();
    if (isForText(event) || selection.size === 0) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', copyText(session.store.document, selection));
    if (event.type === 'cut') deleteSelection(session);
    else session.ui.setState({ message: texts.messages.copied(selection.size) });
  };
  // A paste event does not say which keys were held.
  let keepInputs = false;
  const onKey = (event: KeyboardEvent) => {
    keepInputs = event.shiftKey && latinKey(event) === 'v';
  };
  const onPaste = (event: ClipboardEvent) => {
    if (isForText(event)) return;
    const image = imageIn(event.clipboardData);
    const place = placeForNew(session);
    if (image !== undefined && place !== undefined) {
      event.preventDefault();
      void pasteImage(session, image, place.at);
      return;
    }
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() === '') return;
    event.preventDefault();
    pasteText(session, text, keepInputs);
  };
  window.addEventListener('keydown', onKey, { signal, capture: true });
  document.addEventListener('copy', onCopy, { signal });
  document.addEventListener('cut', onCopy, { signal });
  document.addEventListener('paste', onPaste, { signal });
  return () => stop.abort();
}

/** Copies by a menu, without a key. */
export async function copySelection({ store, ui }: EditorSession): Promise<boolean> {
  const { selection } = ui.getState();
  const isCopied = await writeClipboard(copyText(store.document, selection));
  ui.setState({ message: isCopied ? texts.messages.copied(selection.size) : texts.messages.notCopied });
  return isCopied;
}

/** Deletes only items that have been copied. */
export async function cutSelection(session: EditorSession): Promise<void> {
  if (await copySelection(session)) deleteSelection(session);
}

/** @returns whether the browser took the text */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http this clipboard is not available, but the copy event of a key press can still be answered.
    return answerCopyEvent(text);
  }
}

function answerCopyEvent(text: string): boolean {
  let isAnswered = false;
  const onCopy = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
    isAnswered = true;
  };
  document.addEventListener('copy', onCopy, { capture: true });
  document.execCommand('copy');
  document.removeEventListener('copy', onCopy, { capture: true });
  return isAnswered;
}

/** @param keepInputs pasted nodes read again what they read where they were copied, as far as this workflow has it */
export async function pasteFromClipboard(session: EditorSession, { keepInputs = false } = {}): Promise<void> {
  try {
    pasteText(session, await navigator.clipboard.readText(), keepInputs);
  } catch {
    // Browsers let a page read the clipboard only in its own paste event, or after asking the user.
    session.ui.setState({ message: texts.messages.clipboardBlocked });
  }
}

function pasteText(session: EditorSession, text: string, keepInputs: boolean): void {
  const copied = readCopied(text);
  if (copied.ok) pasteAt(session, copied.value, { keepInputs });
  else session.ui.setState({ message: texts.messages.nothingToPaste });
}

/** @param options.at of its left upper corner; when left out, under the pointer, or the center if it is elsewhere */
export function pasteAt(
  session: EditorSession,
  copied: WorkflowDocument,
  { at, keepInputs = false, label }: { readonly at?: Point; readonly keepInputs?: boolean; readonly label?: string },
): void {
  const offset = pasteOffset(session, copied, at);
  const added = paste(session.store, copied, { offset, keepInputs, ...(label !== undefined && { label }) });
  if (added.length > 0) session.ui.setState({ selection: new Set(added) });
}

function pasteOffset(session: EditorSession, copied: WorkflowDocument, at = placeForNew(session)?.at): Point {
  const { layout, nodes } = copied;
  const keys = [
    ...Object.keys(nodes),
    ...layout.frames.map(({ id }) => frameKey(id)),
    ...layout.notes.map(({ id }) => noteKey(id)),
  ];
  const around = boxAround(keys.flatMap((key) => boxOf(copied, session.catalog, key) ?? []));
  if (around === undefined || at === undefined) return { x: 32, y: 32 };
  return { x: Math.round(at.x - around.x), y: Math.round(at.y - around.y) };
}

function deleteSelection({ store, ui }: EditorSession): void {
  deleteEntities(store, [...ui.getState().selection]);
  ui.setState({ selection: new Set() });
}

function isForText({ target }: ClipboardEvent): boolean {
  const selected = document.getSelection();
  return isTextField(target) || (selected !== null && !selected.isCollapsed);
}

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
