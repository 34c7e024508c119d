import type { RunRecord, WorkerRecord } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { useStore } from 'zustand/react';
import { queries } from '../api/queries.js';
import { panelStrings } from '../messages/panel-strings.js';
import type { Running } from '../session/running/running.js';
import { useServer } from '../session/server-data.js';
import { useRunning, useSession } from '../session/session.js';
import { IconButton } from '../ui/Button.js';
import { formatBytes, whenWords } from '../ui/format.js';
import { nodeName } from './node-name.js';
import { useWorkers } from './use-workers.js';
import type { RunPosition } from './workers-state.js';
import './workers.css';

const words = panelStrings.workers;

/** Who evaluates runs: each worker with its device, what it holds, and what it does now. */
export function WorkersPanel() {
  const running = useRunning();
  return running === undefined ? null : <Workers running={running} />;
}

function Workers({ running }: { readonly running: Running }) {
  const { workers, positions } = useWorkers(running);
  const { status, runs } = useStore(running.runner.follower.queue);
  if (workers === undefined) return <p className="workers-note">{words.asking}</p>;
  const busy = workers.filter((worker) => worker.runs.length > 0).length;
  const reason = status?.canTakeWork === false && !status.paused ? status.reason : undefined;
  return (
    <section className="workers" data-testid="workers" aria-label={words.title}>
      <p className="workers-note" role="status">
        {workers.length === 0 ? words.none : words.summary(workers.length, busy)}
      </p>
      {reason !== undefined && <p className="workers-note">{reason}</p>}
      <ul className="workers-list">
        {workers.map((worker) => (
          <li key={worker.id} data-worker={worker.id} data-phase={worker.phase}>
            <Worker worker={worker} />
            {worker.runs.map((id) => (
              <RunOfWorker key={id} id={id} run={runs[id]} position={positions[id]} running={running} />
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Worker({ worker }: { readonly worker: WorkerRecord }) {
  const { id, host, phase, device, freeMemoryBytes, checkpoints, version, startedAt, notice, lastExit } = worker;
  return (
    <>
      <h3>
        {host}
        <span className="worker-phase">{words.phases[phase]}</span>
      </h3>
      <dl>
        <Fact name={words.id} value={id === 'own' ? words.own : id} />
        <Fact name={words.device} value={device?.words ?? words.deviceUnknown} />
        {freeMemoryBytes !== undefined && <Fact name={words.memory} value={words.free(formatBytes(freeMemoryBytes))} />}
        {checkpoints !== undefined && (
          <Fact
            name={words.checkpoints}
            value={checkpoints.map(({ name }) => name).join(', ') || words.noCheckpoints}
          />
        )}
        <Fact name={words.since} value={`${whenWords(startedAt)} · ${version}`} />
      </dl>
      {notice !== undefined && <p className="worker-notice">{notice.words}</p>}
      {lastExit !== undefined && (
        <p className="worker-notice">{words.lastExit(whenWords(lastExit.at), lastExit.detail)}</p>
      )}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface RunOfWorkerProps {
  readonly id: string;
  readonly run: RunRecord | undefined;
  readonly position: RunPosition | undefined;
  readonly running: Running;
}

function RunOfWorker({ id, run, position, running: { runner } }: RunOfWorkerProps) {
  const { catalog } = useSession();
  const { data: workflow } = useServer((api) => queries.runWorkflow(api, id));
  const title = run?.title ?? id;
  const { node, step, steps } = position ?? {};
  const name = node === undefined || workflow === undefined ? node : nodeName(node, workflow, catalog);
  return (
    <div className="worker-run" data-run={id}>
      <div className="worker-run-words">
        <strong>{title}</strong>
        <small>{name === undefined ? words.between : words.at(name, step, steps)}</small>
        {step !== undefined && <progress max={steps} value={step} aria-label={words.progress(title)} />}
      </div>
      <IconButton isSmall label={panelStrings.queue.cancel(title)} onClick={() => void runner.client.cancel(id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
