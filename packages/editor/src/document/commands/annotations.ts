import { texts } from '../../messages/texts.js';
import type { Box } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { numbered } from '../node-ids.js';

/** @returns the id of the new frame; `undefined` if the document may not be changed */
export function addFrame(store: DocumentStore, box: Box): string | undefined {
  const id = numbered('frame', (taken) => store.document.layout.frames.some((frame) => frame.id === taken));
  const added = store.edit(texts.edits.addFrame, (draft) => {
    draft.layout.frames.push({ id, title: texts.canvas.newFrameTitle, ...roundedBox(box) });
  });
  return added ? id : undefined;
}

/** @returns the id of the new note; `undefined` if the document may not be changed */
export function addNote(store: DocumentStore, box: Box): string | undefined {
  const id = numbered('note', (taken) => store.document.layout.notes.some((note) => note.id === taken));
  const added = store.edit(texts.edits.addNote, (draft) => {
    draft.layout.notes.push({ id, text: '', ...roundedBox(box) });
  });
  return added ? id : undefined;
}

export function setFrameTitle(store: DocumentStore, id: string, title: string): boolean {
  return store.edit(texts.edits.rename, (draft) => {
    const frame = draft.layout.frames.find((item) => item.id === id);
    if (frame !== undefined) frame.title = title;
  });
}

export function setNoteText(store: DocumentStore, id: string, text: string): boolean {
  return store.edit(
    texts.edits.editNote,
    (draft) => {
      const note = draft.layout.notes.find((item) => item.id === id);
      if (note !== undefined) note.text = text;
    },
    `note ${id}`,
  );
}

/** Resizes a frame or a note. */
export function resizeAnnotation(store: DocumentStore, kind: 'frame' | 'note', id: string, box: Box): boolean {
  return store.edit(
    texts.edits.resize,
    (draft) => {
      const list = kind === 'frame' ? draft.layout.frames : draft.layout.notes;
      const item = list.find((candidate) => candidate.id === id);
      if (item !== undefined) Object.assign(item, roundedBox(box));
    },
    `resize ${kind} ${id}`,
  );
}

function roundedBox({ x, y, width, height }: Box): Box {
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
}
