import type { RunRecord } from '@unclip-studio/protocol';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Runner } from '../session/running/runner.js';
import type { Running } from '../session/running/running.js';
import { useRunning } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { QueueList } from './QueueList.js';

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
        <Button
          aria-pressed={status?.paused === true}
          onClick={() => void runner.client.setPaused(status?.paused !== true)}
        >
          {status?.paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
          {status?.paused ? texts.queue.resume : texts.queue.pause}
        </Button>
        {waiting.length > 1 && <Button onClick={() => cancelAll(runner, waiting)}>{texts.queue.cancelAll}</Button>}
      </div>
      {status?.paused && <p className="queue-note">{texts.queue.paused}</p>}
      {reason !== undefined && <p className="queue-note">{texts.queue.cannotWork(reason)}</p>}
      {active.length + waiting.length + ended.length === 0 && <p className="queue-note">{texts.queue.empty}</p>}
      <QueueList
        runner={runner}
        sections={[
          { title: texts.queue.running, runs: active },
          { title: texts.queue.waiting, runs: waiting, hasPlaces: true },
          { title: texts.queue.ended, runs: named(ended) },
        ]}
      />
    </div>
  );
}

function cancelAll({ client }: Runner, runs: readonly RunRecord[]): void {
  for (const { id } of [...runs].reverse()) void client.cancel(id);
}
