import Pencil from 'lucide-react/icons/pencil';
import { type CSSProperties, type MouseEvent, useEffect, useRef, useState } from 'react';
import { setNoteText } from '../document/commands/annotations.js';
import type { Note } from '../document/document.js';
import { noteKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { lazyPart } from '../session/lazy-part.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { BoxGrip } from './BoxGrip.js';
import { useAnnotation } from './use-annotation.js';

const NoteText = lazyPart(async () => (await import('./NoteText.js')).NoteText, {
  placeholder: ({ text }) => text,
});

/** A text in Markdown on the canvas, which is shown as it is written while it is changed. Its upper edge drags it. */
export function NoteBox({ note, adapter }: { readonly note: Note; readonly adapter: CanvasAdapter }) {
  const { store, ui } = useSession();
  const key = noteKey(note.id);
  const isSelected = useUi((state) => state.selection.has(key));
  const { ref, onPointerDown } = useAnnotation(adapter, key, note);
  const isAsked = useUi((state) => state.renaming === key);
  const [isWriting, setIsWriting] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  // A new note, or one that is edited by a key: the next typed text goes into it.
  useEffect(() => {
    if (!isAsked) return;
    setIsWriting(true);
    ui.setState({ renaming: undefined });
  }, [isAsked, ui]);
  useEffect(() => {
    if (isWriting) text.current?.focus({ preventScroll: true });
  }, [isWriting]);
  const edit = (event: MouseEvent) => {
    // The canvas would take it for a double click beside all things, since this text is gone by then.
    event.stopPropagation();
    setIsWriting(true);
  };
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
      {isWriting || note.text === '' ? (
        <textarea
          ref={text}
          aria-label={texts.canvas.notePlaceholder}
          placeholder={texts.canvas.notePlaceholder}
          value={note.text}
          spellCheck={false}
          maxLength={10_000}
          data-shows-document
          onPointerDown={stopPointer}
          onKeyDown={({ key: pressed, currentTarget }) => pressed === 'Escape' && currentTarget.blur()}
          onFocus={() => setIsWriting(true)}
          onBlur={() => setIsWriting(false)}
          onChange={(event) => setNoteText(store, note.id, event.target.value)}
        />
      ) : (
        <>
          {/* F2 and the button do the same. */}
          {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
          <div className="note-text" onDoubleClick={edit}>
            <NoteText text={note.text} />
          </div>
          <IconButton
            className="note-edit"
            label={texts.canvas.editNote}
            isSmall
            onPointerDown={stopPointer}
            onClick={() => setIsWriting(true)}
          >
            <Pencil size={12} />
          </IconButton>
        </>
      )}
      <BoxGrip kind="note" item={note} adapter={adapter} />
    </div>
  );
}
