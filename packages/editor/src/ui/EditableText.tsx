import { useEffect, useRef } from 'react';
import { stopPointer } from './stop-pointer.js';

export interface EditableTextProps {
  readonly text: string;
  /** What the field is for, for screen readers. */
  readonly label: string;
  readonly isEditing: boolean;
  readonly className?: string;
  readonly tip?: string;
  readonly onEdit: () => void;
  /** @param text `undefined`: the user gave it up */
  readonly onDone: (text: string | undefined) => void;
}

/** A text that becomes a field on a double click. */
export function EditableText({ text, label, isEditing, className = '', tip, onEdit, onDone }: EditableTextProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isEditing) input.current?.select();
  }, [isEditing]);
  if (!isEditing) {
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: F2 and the menu do the same for keys
      <span className={className} data-tip={tip} onDoubleClick={onEdit}>
        {text}
      </span>
    );
  }
  return (
    <input
      ref={input}
      className={`${className} editable-text`}
      aria-label={label}
      defaultValue={text}
      maxLength={200}
      onPointerDown={stopPointer}
      onBlur={(event) => onDone(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') onDone(event.currentTarget.value);
        else if (event.key === 'Escape') onDone(undefined);
      }}
    />
  );
}
