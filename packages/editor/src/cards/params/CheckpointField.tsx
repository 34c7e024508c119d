import { useCheckpoints } from '../../app/server-data.js';
import { ChoiceField } from './ChoiceField.js';

export interface CheckpointFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One of the checkpoints that are installed on the server. */
export function CheckpointField({ label, value, onChange }: CheckpointFieldProps) {
  const checkpoints = useCheckpoints();
  // Until the answer is here, nobody can say that the one in use is missing.
  const options = checkpoints?.map(({ name }) => name) ?? [value];
  const details = Object.fromEntries((checkpoints ?? []).map(({ name, detail = '' }) => [name, detail]));
  return <ChoiceField label={label} options={options} details={details} value={value} onChange={onChange} />;
}
