import { strings } from '../../strings.js';
import { stopPointer } from '../../ui/stop-pointer.js';

export interface SwitchFieldProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function SwitchField({ label, value, onChange }: SwitchFieldProps) {
  return (
    <>
      <span className="param-label">{label}</span>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={value}
        aria-label={label}
        onPointerDown={stopPointer}
        onClick={() => onChange(!value)}
      >
        <i />
        <span>{value ? strings.param.on : strings.param.off}</span>
      </button>
    </>
  );
}
