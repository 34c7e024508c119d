import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { nodeName } from './forecast-rows.js';
import type { RunPosition } from './workers-state.js';

interface RunAtProps {
  readonly id: string;
  readonly title: string;
  readonly position: RunPosition | undefined;
  /** Further facts, after the node. */
  readonly rest?: string;
}

/** At which node a run is, by the title that its own workflow gives it, and how many of its steps are done. */
export function RunAt({ id, title, position, rest = '' }: RunAtProps) {
  const { catalog } = useSession();
  const { data: workflow } = useServer((api) => queries.runWorkflow(api, id));
  const { node, step, steps } = position ?? {};
  const name = node === undefined || workflow === undefined ? node : nodeName(node, workflow, catalog);
  const at = name === undefined ? texts.workers.between : texts.workers.at(name, step, steps);
  return (
    <>
      <small>{rest === '' ? at : `${at} · ${rest}`}</small>
      {step !== undefined && <progress max={steps} value={step} aria-label={texts.workers.progress(title)} />}
    </>
  );
}
