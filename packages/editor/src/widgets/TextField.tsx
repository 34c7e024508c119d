import type { TextParam } from '@unclip-studio/graph-core';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface TextFieldProps {
  readonly label: string;
  readonly param: TextParam;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A text; a long one gets an area that grows with the card. */
export function TextField({ label, param, value, onChange }: TextFieldProps) {
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
