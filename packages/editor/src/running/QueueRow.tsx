import { type Diagnostic, findWritten } from '@unclip-studio/graph-core';
import type { RunRecord } from '@unclip-studio/protocol';
import ArrowUpToLine from 'lucide-react/icons/arrow-up-to-line';
import ExternalLink from 'lucide-react/icons/external-link';
import ImageIcon from 'lucide-react/icons/image';
import LocateFixed from 'lucide-react/icons/locate-fixed';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import { useStore } from 'zustand/react';
import { toProblem } from '../catalog/find-problems.js';
import { describeRunError } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { showNode } from '../session/core.js';
import { addressFor } from '../session/files/page-address.js';
import { isEnded } from '../session/running/runner-state.js';
import type { Running } from '../session/running/running.js';
import { useSession } from '../session/session.js';
import { Button, IconButton, IconLink } from '../ui/Button.js';
import { formatDuration, formatTime } from '../ui/format.js';
import { useTicks } from '../ui/use-ticks.js';
import { RunAt } from './RunAt.js';
import { useWorkers } from './use-workers.js';

export interface QueueRowProps {
  readonly run: RunRecord;
  /** Its position in the queue, 0 being next; `undefined` if it is not queued. */
  readonly place: number | undefined;
  readonly running: Running;
}

/** One run with what can be done about it. */
export function QueueRow({ run, place, running }: QueueRowProps) {
  const { catalog, store } = useSession();
  const describe = (problem: Diagnostic) => toProblem(problem, { document: store.whole, catalog, scope: [] }).message;
  const isOwn = useStore(running.runner.state, ({ own }) => own.includes(run.id));
  return (
    <>
      {place !== undefined && <span className="queue-place">{texts.queue.place(place + 1)}</span>}
      {place === undefined && <FirstImage run={run} />}
      <span className="queue-run">
        <strong>{run.title}</strong>
        {run.state === 'running' ? (
          <Working run={run} isOwn={isOwn} running={running} />
        ) : (
          <small>{factsOf(run, isOwn).join(' · ')}</small>
        )}
      </span>
      {isEnded(run) ? (
        <EndedButtons run={run} running={running} />
      ) : (
        <ActiveButtons run={run} running={running} canMove={place !== undefined && place > 0} />
      )}
      {run.error !== undefined && <small className="queue-error">{describeRunError(run.error, describe)}</small>}
    </>
  );
}

/** The first image of a run; a press shows all of them in full size. */
function FirstImage({ run: { title, state, outputs } }: { readonly run: RunRecord }) {
  const { api, ui } = useSession();
  const saved = outputs.filter(({ temporary }) => !temporary);
  const shown = saved.length === 0 ? outputs : saved;
  const [first] = shown;
  if (first === undefined) {
    return (
      <span className="queue-picture">
        {state === 'failed' ? <TriangleAlert size={18} aria-hidden /> : <ImageIcon size={18} aria-hidden />}
      </span>
    );
  }
  return (
    <Button
      variant="bare"
      className="queue-picture"
      aria-label={texts.queue.view(title)}
      onClick={() => ui.setState({ viewing: { outputs: shown, index: 0 } })}
    >
      <img src={api.outputThumbnailUrl(first)} alt="" loading="lazy" draggable={false} />
    </Button>
  );
}

interface RunProps {
  readonly run: RunRecord;
  readonly running: Running;
}

/** A run that is under way: its node, its step and how long it has taken. */
function Working({ run, isOwn, running }: RunProps & { readonly isOwn: boolean }) {
  const { positions } = useWorkers(running);
  useTicks(true);
  return <RunAt id={run.id} title={run.title} position={positions[run.id]} rest={factsOf(run, isOwn).join(' · ')} />;
}

function EndedButtons({ run: { id, title, state, error }, running: { runner } }: RunProps) {
  const session = useSession();
  const failed = error?.node;
  const isShown = session.runState.runId === id;
  return (
    <>
      {isShown && failed !== undefined && findWritten(session.store.whole, failed) !== undefined ? (
        <RunButton
          label={texts.queue.showFailed}
          icon={<LocateFixed size={14} />}
          onClick={() => showNode(session, failed)}
        />
      ) : (
        <IconLink
          isSmall
          href={addressFor({ kind: 'run', id })}
          target="_blank"
          rel="noreferrer"
          label={texts.queue.openWorkflow(title)}
        >
          <ExternalLink size={14} />
        </IconLink>
      )}
      {state !== 'succeeded' && (
        <RunButton
          label={texts.queue.retry(title)}
          icon={<RotateCcw size={14} />}
          onClick={() => void runner.retry(id)}
        />
      )}
    </>
  );
}

function ActiveButtons({ run: { id, title }, running, canMove }: RunProps & { readonly canMove: boolean }) {
  const { client } = running.runner;
  return (
    <>
      {canMove && (
        <RunButton
          label={texts.queue.front(title)}
          icon={<ArrowUpToLine size={14} />}
          onClick={() => void client.moveToFront(id)}
        />
      )}
      <RunButton label={texts.queue.cancel(title)} icon={<X size={14} />} onClick={() => void client.cancel(id)} />
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
    <IconButton isSmall label={label} onClick={onClick}>
      {icon}
    </IconButton>
  );
}

/** What is known of a run beside its title, each in a few words. */
function factsOf(run: RunRecord, isOwn: boolean): readonly string[] {
  const { state, createdAt, startedAt, finishedAt, outputs, moreOutputs = 0, attempts, waitsBecause } = run;
  const facts: string[] = [];
  if (state !== 'running') facts.push(texts.queue.states[state]);
  if (state === 'queued') facts.push(texts.queue.since(formatTime(createdAt)));
  if (finishedAt !== undefined) facts.push(formatTime(finishedAt));
  if (startedAt !== undefined) {
    const endMs = finishedAt === undefined ? Date.now() : Date.parse(finishedAt);
    facts.push(lengthWords(Math.max(0, endMs - Date.parse(startedAt)), state === 'running'));
  }
  if (isOwn) facts.push(texts.queue.own);
  if (outputs.length > 0) facts.push(texts.queue.images(outputs.length + moreOutputs));
  if (attempts > 1) facts.push(texts.queue.attempt(attempts));
  if (waitsBecause !== undefined) facts.push(waitsBecause);
  return facts;
}

/** Of a run that goes on in whole seconds: tenths would only flicker. */
function lengthWords(ms: number, isGoingOn: boolean): string {
  if (!isGoingOn) return formatDuration(ms);
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s` : formatDuration(ms);
}
