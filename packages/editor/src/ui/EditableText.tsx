import { useEffect, useRef } from 'react';
import { isComposing } from './keys.js';
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
  // The field is left, too, when Enter or Escape takes it away.
  const isDone = useRef(false);
  const finish = (result: string | undefined) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(result);
  };
  useEffect(() => {
    isDone.current = !isEditing;
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
      onBlur={(event) => finish(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (isComposing(event.nativeEvent)) return;
        if (event.key === 'Enter') finish(event.currentTarget.value);
        else if (event.key === 'Escape') finish(undefined);
      }}
    />
  );
}
