import type { OutputRecord } from '@unclip-studio/protocol';
import type { DragEvent } from 'react';
import { addImageNode, fileOfOutput } from '../actions/add-image-node.js';
import { errorWords } from '../api/error-words.js';
import type { Point } from '../document/document.js';
import type { EditorSession } from '../session/session.js';

const TYPE = 'application/x-unclip-picture';

/** Begins to drag a picture out of the gallery, which makes way for the graph behind it. */
export function dragPicture(event: DragEvent, { id, name }: OutputRecord, onDrag: (isDragging: boolean) => void): void {
  event.dataTransfer.setData(TYPE, JSON.stringify({ id, name }));
  event.dataTransfer.effectAllowed = 'copy';
  // A browser gives up a drag whose source changes at once.
  setTimeout(() => onDrag(true));
  window.addEventListener('dragend', () => onDrag(false), { once: true });
}

/** Takes what was dragged here from the gallery. @returns what ends it */
export function takeDraggedPictures(session: EditorSession, onTaken: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const isOurs = ({ dataTransfer }: globalThis.DragEvent) => dataTransfer?.types.includes(TYPE) === true;
  window.addEventListener('dragover', (event) => isOurs(event) && event.preventDefault(), { signal });
  window.addEventListener(
    'drop',
    (event) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      const at = session.canvas.current?.toCanvas({ x: event.clientX, y: event.clientY });
      const text = event.dataTransfer?.getData(TYPE) ?? '';
      // Set by `dragPicture` above, of this page or of another one of the same server.
      const picture = JSON.parse(text) as Pick<OutputRecord, 'id' | 'name'>;
      onTaken();
      if (at !== undefined) void useInGraph(session, picture, at);
    },
    { signal },
  );
  return () => stop.abort();
}

/** Adds a node that loads the picture. */
export async function useInGraph(
  session: EditorSession,
  { id, name }: Pick<OutputRecord, 'id' | 'name'>,
  at: Point,
): Promise<void> {
  try {
    await addImageNode(session, await fileOfOutput(session, { id, name }), at);
  } catch (error) {
    session.ui.setState({ message: errorWords(error) });
  }
}
