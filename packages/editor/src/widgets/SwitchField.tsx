import type { BooleanParam } from '@unclip-studio/graph-core';
import { texts } from '../messages/texts.js';
import { Button } from '../ui/Button.js';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';
import type { FieldProps } from './field.js';

export function SwitchField({ label, value, onChange }: FieldProps<BooleanParam, boolean>) {
  const description = useDescription();
  return (
    <>
      <span className="param-label">{label}</span>
      <Button
        variant="bare"
        role="switch"
        className="switch"
        aria-checked={value}
        aria-label={label}
        aria-describedby={description}
        onPointerDown={stopPointer}
        onClick={() => onChange(!value)}
      >
        <i />
        <span>{value ? texts.param.on : texts.param.off}</span>
      </Button>
    </>
  );
}
