import { type CSSProperties, useEffect, useRef } from 'react';
import { setNoteText } from '../document/commands/annotations.js';
import type { Note } from '../document/document.js';
import { noteKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { BoxGrip } from './BoxGrip.js';
import { useAnnotation } from './use-annotation.js';

/** A text on the canvas; its upper edge drags it. */
export function NoteBox({ note, adapter }: { readonly note: Note; readonly adapter: CanvasAdapter }) {
  const { store, ui } = useSession();
  const key = noteKey(note.id);
  const isSelected = useUi((state) => state.selection.has(key));
  const { ref, onPointerDown } = useAnnotation(adapter, key, note);
  const isWriting = useUi((state) => state.renaming === key);
  const text = useRef<HTMLTextAreaElement>(null);
  // A new note, or one that is to be changed by a key: what is typed next goes into it.
  useEffect(() => {
    if (!isWriting) return;
    text.current?.focus({ preventScroll: true });
    ui.setState({ renaming: undefined });
  }, [isWriting, ui]);
  const style: CSSProperties & Record<'--tint', string> = {
    left: note.x,
    top: note.y,
    width: note.width,
    height: note.height,
    '--tint': `var(--tint-${note.colour ?? 'amber'})`,
  };
  return (
    <div
      ref={ref}
      className="note"
      style={style}
      data-entity={key}
      data-selected={isSelected || undefined}
      data-testid="note"
      onPointerDown={onPointerDown}
    >
      <textarea
        ref={text}
        aria-label={texts.canvas.notePlaceholder}
        placeholder={texts.canvas.notePlaceholder}
        value={note.text}
        spellCheck={false}
        maxLength={10_000}
        data-shows-document
        onPointerDown={stopPointer}
        onChange={(event) => setNoteText(store, note.id, event.target.value)}
      />
      <BoxGrip kind="note" item={note} adapter={adapter} />
    </div>
  );
}
