import { texts } from '../messages/texts.js';
import { useDescription } from '../ui/Described.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface ChoiceFieldProps {
  readonly label: string;
  readonly options: readonly string[];
  /** Option -> what the user reads; the option itself if left out. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Option -> what its tooltip says. */
  readonly details?: Readonly<Record<string, string>>;
  /** Option -> why it cannot be used: it is marked in the list, and the field too where it is chosen. */
  readonly faults?: Readonly<Record<string, string>>;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Somebody is about to open the list, so that it can be fetched. */
  readonly onApproach?: () => void;
}

/** One of several; a value that is no longer among them is shown as missing and kept. */
export function ChoiceField({
  label,
  options,
  labels = {},
  details = {},
  faults = {},
  value,
  onChange,
  onApproach,
}: ChoiceFieldProps) {
  const description = useDescription();
  const fault = faults[value];
  const isMissing = value !== '' && !options.includes(value);
  return (
    <>
      <span className="param-label">{label}</span>
      <select
        aria-label={label}
        aria-describedby={description}
        aria-invalid={isMissing || fault !== undefined || undefined}
        data-tip={fault}
        value={value}
        onPointerDown={stopPointer}
        onPointerEnter={onApproach}
        onFocus={onApproach}
        onChange={(event) => onChange(event.target.value)}
      >
        {(isMissing || value === '') && (
          <option value={value}>{value === '' ? '–' : texts.param.missing(value)}</option>
        )}
        {options.map((option) => (
          <option key={option} value={option} title={faults[option] ?? details[option]}>
            {faults[option] === undefined ? (labels[option] ?? option) : texts.param.unusable(option)}
          </option>
        ))}
      </select>
    </>
  );
}
