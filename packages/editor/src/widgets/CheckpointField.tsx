import type { CheckpointParam } from '@unclip-studio/graph-core';
import LayoutGrid from 'lucide-react/icons/layout-grid';
import { useState } from 'react';
import { queries } from '../api/queries.js';
import { describeModelProblem } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useCheckpoints, useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { ChoiceField } from './ChoiceField.js';
import type { FieldProps } from './field.js';

/** One of the checkpoints, or of the models of another kind, that are installed on the server. */
export function CheckpointField({
  label,
  param: { model },
  value,
  node,
  onChange,
}: FieldProps<CheckpointParam, string>) {
  const checkpoints = useCheckpoints(model);
  const { models } = useSession();
  const [isNear, setIsNear] = useState(false);
  // The server reads the beginning of each file for it, so only somebody who is about to choose asks.
  const { data } = useServer((api) => ({
    ...queries.installedModels(api, model ?? 'checkpoint'),
    enabled: isNear && api.isOnline && api.shared === undefined,
  }));
  const faults = Object.fromEntries(
    (data?.models ?? []).flatMap(({ name, problem, because }) =>
      problem === undefined ? [] : [[name, describeModelProblem({ message: problem, because })]],
    ),
  );
  // Until the answer arrives, it is not known whether the selected one is missing.
  const options = checkpoints?.map(({ name }) => name) ?? [value];
  const details = Object.fromEntries((checkpoints ?? []).map(({ name, detail = '' }) => [name, detail]));
  const request = { type: model ?? 'checkpoint', value, node, onPick: onChange };
  return (
    <>
      <ChoiceField {...{ label, options, details, faults, value, onChange }} onApproach={() => setIsNear(true)} />
      {models !== undefined && (
        <Button
          variant="bare"
          className="param-button"
          aria-label={texts.param.chooseModel(label)}
          tip={texts.param.chooseModel(label)}
          onPointerDown={stopPointer}
          onClick={() => models.open({ kind: 'picker', request })}
        >
          <LayoutGrid size={14} aria-hidden />
        </Button>
      )}
    </>
  );
}
