import type { RunRecord } from '@unclip-studio/graph-core';
import ArrowUpToLine from 'lucide-react/icons/arrow-up-to-line';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import { useStore } from 'zustand/react';
import { panelStrings } from '../panels/strings.js';
import type { Runner } from './runner.js';
import { isEnded } from './runner-state.js';
import { type Running, useRunning } from './running.js';

const words = panelStrings.queue;

/** Everything the server has to do, with places, and what it has done lately. */
export function QueuePanel() {
  const running = useRunning();
  return running === undefined ? null : <Queue running={running} />;
}

function Queue({ running: { runner } }: { readonly running: Running }) {
  const { status, runs, order, running, ended } = useStore(runner.follower.queue);
  const named = (ids: readonly string[]) => ids.flatMap((id) => runs[id] ?? []);
  const active = named(running);
  const waiting = named(order);
  const reason = status?.canTakeWork === false && !status.paused ? status.reason : undefined;
  return (
    <div className="queue" data-testid="queue">
      <div className="queue-head">
        <button
          type="button"
          className="button"
          aria-pressed={status?.paused === true}
          onClick={() => void runner.client.setPaused(status?.paused !== true)}
        >
          {status?.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
          {status?.paused ? words.resume : words.pause}
        </button>
        {waiting.length > 1 && (
          <button type="button" className="button" onClick={() => cancelAll(runner, waiting)}>
            {words.cancelAll}
          </button>
        )}
      </div>
      {status?.paused && <p className="queue-note">{words.paused}</p>}
      {reason !== undefined && <p className="queue-note">{words.cannotWork(reason)}</p>}
      {active.length + waiting.length + ended.length === 0 && <p className="queue-note">{words.empty}</p>}
      <Section title={words.running} runs={active} runner={runner} />
      <Section title={words.waiting} runs={waiting} runner={runner} hasPlaces />
      <Section title={words.ended} runs={named(ended)} runner={runner} />
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly runs: readonly RunRecord[];
  readonly runner: Runner;
  readonly hasPlaces?: boolean;
}

function Section({ title, runs, runner, hasPlaces = false }: SectionProps) {
  const own = useStore(runner.state, (state) => state.own);
  if (runs.length === 0) return null;
  return (
    <section className="queue-section">
      <h3>{title}</h3>
      <ol>
        {runs.map((run, place) => (
          <li key={run.id} data-state={run.state} data-run={run.id}>
            {hasPlaces && <span className="queue-place">{words.place(place + 1)}</span>}
            <span className="queue-run">
              <strong>{run.title}</strong>
              <small>{factsOf(run, own.includes(run.id))}</small>
            </span>
            <RunButtons run={run} runner={runner} canMove={hasPlaces && place > 0} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function RunButtons({
  run,
  runner,
  canMove,
}: {
  readonly run: RunRecord;
  readonly runner: Runner;
  readonly canMove: boolean;
}) {
  const { id, title } = run;
  const { client } = runner;
  if (isEnded(run)) {
    if (run.state === 'succeeded') return null;
    return (
      <RunButton label={words.retry(title)} icon={<RotateCcw size={14} />} onClick={() => void runner.retry(id)} />
    );
  }
  return (
    <>
      {canMove && (
        <RunButton
          label={words.front(title)}
          icon={<ArrowUpToLine size={14} />}
          onClick={() => void client.moveToFront(id)}
        />
      )}
      <RunButton label={words.cancel(title)} icon={<X size={14} />} onClick={() => void client.cancel(id)} />
    </>
  );
}

interface RunButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly onClick: () => void;
}

function RunButton({ label, icon, onClick }: RunButtonProps) {
  return (
    <button type="button" className="icon-button small" aria-label={label} data-tip={label} onClick={onClick}>
      {icon}
    </button>
  );
}

function factsOf({ state, outputs, attempts, error, waitsBecause }: RunRecord, isOwn: boolean): string {
  const facts: string[] = [words.states[state]];
  if (isOwn) facts.push(words.own);
  if (outputs.length > 0) facts.push(words.pictures(outputs.length));
  if (attempts > 1) facts.push(words.attempt(attempts));
  if (error !== undefined) facts.push(error.message);
  if (waitsBecause !== undefined) facts.push(waitsBecause);
  return facts.join(' · ');
}

function cancelAll({ client }: Runner, runs: readonly RunRecord[]): void {
  for (const { id } of [...runs].reverse()) void client.cancel(id);
}
