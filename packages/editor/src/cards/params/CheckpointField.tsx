import { useCheckpoints } from '../../app/server-data.js';
import { ChoiceField } from './ChoiceField.js';

export interface CheckpointFieldProps {
  readonly label: string;
  /** Another kind of model than checkpoints, as the param calls it. */
  readonly model: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One of the checkpoints, or of the models of another kind, that are installed on the server. */
export function CheckpointField({ label, model, value, onChange }: CheckpointFieldProps) {
  const checkpoints = useCheckpoints(model);
  // Until the answer is here, nobody can say that the one in use is missing.
  const options = checkpoints?.map(({ name }) => name) ?? [value];
  const details = Object.fromEntries((checkpoints ?? []).map(({ name, detail = '' }) => [name, detail]));
  return <ChoiceField label={label} options={options} details={details} value={value} onChange={onChange} />;
}
