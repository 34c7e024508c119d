import LayoutGrid from 'lucide-react/icons/layout-grid';
import { useCheckpoints } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { ChoiceField } from './ChoiceField.js';

export interface CheckpointFieldProps {
  readonly label: string;
  /** Another kind of model than checkpoints, as the param calls it. */
  readonly model: string | undefined;
  readonly value: string;
  /** The card it stands on; none on a form. */
  readonly node?: string;
  readonly onChange: (value: string) => void;
}

/** One of the checkpoints, or of the models of another kind, that are installed on the server. */
export function CheckpointField({ label, model, value, node, onChange }: CheckpointFieldProps) {
  const checkpoints = useCheckpoints(model);
  const { models } = useSession();
  // Until the answer is here, nobody can say that the one in use is missing.
  const options = checkpoints?.map(({ name }) => name) ?? [value];
  const details = Object.fromEntries((checkpoints ?? []).map(({ name, detail = '' }) => [name, detail]));
  const request = { type: model ?? 'checkpoint', value, node, onPick: onChange };
  return (
    <>
      <ChoiceField label={label} options={options} details={details} value={value} onChange={onChange} />
      {models !== undefined && (
        <Button
          variant="bare"
          className="param-button"
          aria-label={strings.param.chooseModel(label)}
          tip={strings.param.chooseModel(label)}
          onPointerDown={stopPointer}
          onClick={() => models.open({ kind: 'picker', request })}
        >
          <LayoutGrid size={14} aria-hidden />
        </Button>
      )}
    </>
  );
}
