import { strings } from '../strings.js';
import { Button } from '../ui/Button.js';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface SwitchFieldProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function SwitchField({ label, value, onChange }: SwitchFieldProps) {
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
        <span>{value ? strings.param.on : strings.param.off}</span>
      </Button>
    </>
  );
}
