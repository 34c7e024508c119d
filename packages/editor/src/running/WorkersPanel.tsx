import type { RunRecord, WorkerRecord } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { useStore } from 'zustand/react';
import { describeSaid } from '../messages/describe.js';
import { pageLanguage, texts } from '../messages/texts.js';
import type { Running } from '../session/running/running.js';
import { useRunning } from '../session/session.js';
import { IconButton } from '../ui/Button.js';
import { formatBytes, whenWords } from '../ui/format.js';
import { DevicesList } from './DevicesList.js';
import { RunAt } from './RunAt.js';
import { useWorkers } from './use-workers.js';
import type { RunPosition } from './workers-state.js';
import './workers.css';

/** The workers: each with its device, its checkpoints, and its current run. */
export function WorkersPanel() {
  const running = useRunning();
  return running === undefined ? null : <Workers running={running} />;
}

function Workers({ running }: { readonly running: Running }) {
  const { workers, positions } = useWorkers(running);
  const { status, runs } = useStore(running.runner.follower.queue);
  if (workers === undefined) return <p className="workers-note">{texts.workers.asking}</p>;
  const busy = workers.filter((worker) => worker.runs.length > 0).length;
  const reason = status?.canTakeWork === false && !status.paused ? status.reason : undefined;
  return (
    <section className="workers" data-testid="workers" aria-label={texts.workers.title}>
      <p className="workers-note" role="status">
        {workers.length === 0 ? texts.workers.none : texts.workers.summary(workers.length, busy)}
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
      {workers.some(({ id }) => id === 'own') && <DevicesList />}
    </section>
  );
}

function Worker({ worker }: { readonly worker: WorkerRecord }) {
  const { id, host, phase, device, freeMemoryBytes, checkpoints, version, startedAt, notice, lastExit } = worker;
  return (
    <>
      <h2>
        {host}
        <span className="worker-phase">{texts.workers.phases[phase]}</span>
      </h2>
      <dl>
        <Fact name={texts.workers.id} value={id === 'own' ? texts.workers.own : id} />
        <Fact name={texts.workers.device} value={device?.words ?? texts.workers.deviceUnknown} />
        {freeMemoryBytes !== undefined && (
          <Fact name={texts.workers.memory} value={texts.workers.free(formatBytes(freeMemoryBytes))} />
        )}
        {checkpoints !== undefined && (
          <Fact
            name={texts.workers.checkpoints}
            value={checkpoints.map(({ name }) => name).join(', ') || texts.workers.noCheckpoints}
          />
        )}
        <Fact name={texts.workers.since} value={`${whenWords(startedAt)} · ${version}`} />
      </dl>
      {notice !== undefined && (
        <p className="worker-notice">{describeSaid({ message: notice.words, because: notice.because })}</p>
      )}
      {lastExit !== undefined && (
        <p className="worker-notice">
          {texts.workers.lastExit(
            whenWords(lastExit.at),
            pageLanguage === 'en' ? lastExit.detail : texts.workers.exits[lastExit.reason],
          )}
        </p>
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
  const title = run?.title ?? id;
  return (
    <div className="worker-run" data-run={id}>
      <div className="worker-run-words">
        <strong>{title}</strong>
        <RunAt id={id} title={title} position={position} />
      </div>
      <IconButton isSmall label={texts.queue.cancel(title)} onClick={() => void runner.client.cancel(id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
