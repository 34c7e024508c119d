import type { OutputRecord } from '@unclip-studio/protocol';
import { fileNameOf } from '../api/client.js';
import type { EditorSession } from '../session/session.js';
import { dropOutput } from './add-image-node.js';

const TYPE = 'application/x-unclip-picture';

/** The data of a dragged result: enough to fetch it, also in another page of the same server. */
type Dragged = Pick<OutputRecord, 'id' | 'name'>;

/**
 * Begins to drag a result.
 *
 * @param onDrag called when the drag starts and ends, for panels that have to uncover the graph
 */
export function dragImage(
  { dataTransfer }: { readonly dataTransfer: DataTransfer },
  { output, url }: { readonly output: OutputRecord; readonly url: string },
  onDrag?: (isDragging: boolean) => void,
): void {
  const { id, name, mediaType } = output;
  dataTransfer.setData(TYPE, JSON.stringify({ id, name } satisfies Dragged));
  // For pages of other programs, such as ComfyUI's, and for file managers.
  const address = new URL(url, document.baseURI).href;
  dataTransfer.setData('text/uri-list', address);
  dataTransfer.setData('DownloadURL', `${mediaType}:${fileNameOf(output)}:${address}`);
  dataTransfer.effectAllowed = 'copy';
  if (onDrag === undefined) return;
  // A browser cancels a drag whose source changes immediately.
  setTimeout(() => onDrag(true));
  window.addEventListener('dragend', () => onDrag(false), { once: true });
}

/** Takes results that are dropped on a card that loads an image, or anywhere on the canvas. @returns what ends it */
export function takeDraggedImages(session: EditorSession): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const isOurs = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes(TYPE) === true;
  // Before the fields, which take files only.
  const options = { signal, capture: true };
  window.addEventListener('dragover', (event) => isOurs(event) && event.preventDefault(), options);
  window.addEventListener(
    'drop',
    (event) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const { canvas, gallery, ui } = session;
      const { target, clientX: x, clientY: y } = event;
      const text = event.dataTransfer?.getData(TYPE) ?? '';
      const card = target instanceof Element ? target.closest<HTMLElement>('[data-node-id]') : null;
      const at = canvas.current?.toCanvas({ x, y });
      gallery?.close();
      ui.setState({ viewing: undefined });
      // Set by `dragImage` above.
      if (at !== undefined)
        void dropOutput(session, JSON.parse(text) as Dragged, { node: card?.dataset['nodeId'], at });
    },
    options,
  );
  return () => stop.abort();
}
