import type { RunRecord } from '@unclip-studio/protocol';
import ArrowUpToLine from 'lucide-react/icons/arrow-up-to-line';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import X from 'lucide-react/icons/x';
import type { ReactNode } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Runner } from '../session/running/runner.js';
import { isEnded } from '../session/running/runner-state.js';
import { IconButton } from '../ui/Button.js';

export interface QueueRowProps {
  readonly run: RunRecord;
  /** Its place among those that wait, 0 being next; `undefined` if it does not wait. */
  readonly place: number | undefined;
  readonly runner: Runner;
}

/** One run with what can be done about it. */
export function QueueRow({ run, place, runner }: QueueRowProps) {
  const isOwn = useStore(runner.state, ({ own }) => own.includes(run.id));
  return (
    <>
      {place !== undefined && <span className="queue-place">{texts.queue.place(place + 1)}</span>}
      <span className="queue-run">
        <strong>{run.title}</strong>
        <small>{factsOf(run, isOwn)}</small>
      </span>
      <RunButtons run={run} runner={runner} canMove={place !== undefined && place > 0} />
    </>
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
      <RunButton
        label={texts.queue.retry(title)}
        icon={<RotateCcw size={14} />}
        onClick={() => void runner.retry(id)}
      />
    );
  }
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

function factsOf({ state, outputs, attempts, error, waitsBecause }: RunRecord, isOwn: boolean): string {
  const facts: string[] = [texts.queue.states[state]];
  if (isOwn) facts.push(texts.queue.own);
  if (outputs.length > 0) facts.push(texts.queue.images(outputs.length));
  if (attempts > 1) facts.push(texts.queue.attempt(attempts));
  if (error !== undefined) facts.push(error.message);
  if (waitsBecause !== undefined) facts.push(waitsBecause);
  return facts.join(' · ');
}
