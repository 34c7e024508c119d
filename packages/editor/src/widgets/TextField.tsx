import type { TextParam } from '@unclip-studio/graph-core';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { FieldProps } from './field.js';

/** A text; a long one gets an area that grows with the card. */
export function TextField({ label, param, value, onChange }: FieldProps<TextParam, string>) {
  const common = {
    'aria-label': label,
    'aria-describedby': useDescription(),
    value,
    maxLength: param.maxLength,
    onPointerDown: stopPointer,
    spellCheck: false,
    'data-shows-document': true,
  };
  if (param.multiline) {
    return (
      <>
        <span className="param-label">{label}</span>
        <textarea {...common} onChange={(event) => onChange(event.target.value)} />
      </>
    );
  }
  return (
    <>
      <span className="param-label">{label}</span>
      <input type="text" {...common} onChange={(event) => onChange(event.target.value)} />
    </>
  );
}
