import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { useDocument } from '../session/use-stores.js';
import { FrameBox } from './FrameBox.js';
import { NoteBox } from './NoteBox.js';

/** Frames behind the cards and notes among them; they move and zoom with Rete's holder. */
export function Annotations({ adapter }: { readonly adapter: CanvasAdapter }) {
  const frames = useDocument(({ layout }) => layout.frames);
  const notes = useDocument(({ layout }) => layout.notes);
  const [layer] = useState(() => document.createElement('div'));
  useEffect(() => {
    layer.className = 'annotations';
    adapter.holder.prepend(layer);
    return () => layer.remove();
  }, [adapter, layer]);
  return createPortal(
    <>
      {frames.map((frame) => (
        <FrameBox key={frame.id} frame={frame} adapter={adapter} />
      ))}
      {notes.map((note) => (
        <NoteBox key={note.id} note={note} adapter={adapter} />
      ))}
    </>,
    layer,
  );
}
