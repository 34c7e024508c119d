import type { RunRecord } from '@unclip-studio/protocol';
import Bell from 'lucide-react/icons/bell';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import Volume2 from 'lucide-react/icons/volume-2';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { chooseNotifies } from '../session/running/follow-ends.js';
import type { Runner } from '../session/running/runner.js';
import type { Running } from '../session/running/running.js';
import { useRunning, useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button, IconButton } from '../ui/Button.js';
import { QueueList } from './QueueList.js';

/** The server's queue, with positions, and its recent runs. */
export function QueuePanel() {
  const running = useRunning();
  return running === undefined ? null : <Queue running={running} />;
}

function Queue({ running: all }: { readonly running: Running }) {
  const { runner } = all;
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
        <EndSignals />
      </div>
      {status?.paused && <p className="queue-note">{texts.queue.paused}</p>}
      {reason !== undefined && <p className="queue-note">{texts.queue.cannotWork(reason)}</p>}
      {active.length + waiting.length + ended.length === 0 && <p className="queue-note">{texts.queue.empty}</p>}
      <QueueList
        running={all}
        sections={[
          { title: texts.queue.running, runs: active },
          { title: texts.queue.waiting, runs: waiting, hasPlaces: true },
          { title: texts.queue.ended, runs: named(ended) },
        ]}
      />
    </div>
  );
}

/** How the user wants to hear of the end of long runs. */
function EndSignals() {
  const { ui } = useSession();
  const notifies = useUi((state) => state.notifiesAtEnd !== 'never');
  const sounds = useUi((state) => state.soundsAtEnd);
  const toggle = () => {
    chooseNotifies(ui, notifies ? 'never' : 'hidden').then(
      (message) => message !== undefined && ui.setState({ message }),
      () => undefined,
    );
  };
  return (
    <span className="queue-signals">
      <IconButton isSmall label={texts.queue.notify} aria-pressed={notifies} onClick={toggle}>
        <Bell size={14} />
      </IconButton>
      <IconButton
        isSmall
        label={texts.queue.sound}
        aria-pressed={sounds}
        onClick={() => ui.setState({ soundsAtEnd: !sounds })}
      >
        <Volume2 size={14} />
      </IconButton>
    </span>
  );
}

function cancelAll({ client }: Runner, runs: readonly RunRecord[]): void {
  for (const { id } of [...runs].reverse()) void client.cancel(id);
}
