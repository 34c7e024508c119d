import type { TakenJob } from './job-taker.js';
import { createNewsOutbox, type TellingOfNews } from './news-outbox.js';
import type { ClaimName, RunNews } from './queue-messages.js';

/** A run that a worker has, from its job's lock until the server knows its end. */
export interface HeldRun {
  readonly claim: ClaimName;
  /** Tells the server, now and again until it has arrived. Without the lock nothing is told but that. */
  tell(news: RunNews): void;
  /** What has not arrived, once more; or, from the first on, all. */
  repeat(from?: number): void;
  /** For a while nobody has acknowledged anything. */
  repeatIfSilent(): void;
  acknowledge(before: number): void;
  /** Stops it: whoever has lost the lock has no say any more in what becomes of the run. */
  giveBack(why: string): void;
  /** Gives it back to nobody, as its server is gone. */
  forget(why: string): void;
}

export interface HeldRunOptions {
  readonly claim: ClaimName;
  readonly job: TakenJob;
  say(telling: TellingOfNews): void;
  /** It is to stop, and has been given back. */
  onGivenBack(why: string): void;
  /** The server knows its end, and the job is done. Called once. */
  onDone(): void;
}

const REPEAT_MS = 1_000;

export function holdRun({ claim, job, say, onGivenBack, onDone }: HeldRunOptions): HeldRun {
  const outbox = createNewsOutbox();
  let lastSaidMs = performance.now();
  let isFinishing = false;

  function send(telling: TellingOfNews | undefined): void {
    if (telling === undefined) return;
    lastSaidMs = performance.now();
    say(telling);
  }

  async function finishIfTold(): Promise<void> {
    if (!outbox.isDone() || isFinishing) return;
    isFinishing = true;
    // A lock that is left lapses by itself.
    await job.finish().catch(() => {});
    onDone();
  }

  function add(news: RunNews): void {
    outbox.add(news);
    const { before } = outbox.all();
    send({ from: before - 1, before, news: [news] });
  }

  const held: HeldRun = {
    claim,
    tell(news) {
      if (outbox.hasEnd()) return;
      // A process that was frozen finds itself without the lock before anything else has told it.
      if (job.isHeld()) add(news);
      else held.giveBack('its lock has lapsed');
    },
    repeat: (from) => send(from === 0 ? outbox.all() : outbox.untold()),
    repeatIfSilent() {
      if (performance.now() - lastSaidMs > REPEAT_MS) held.repeat();
    },
    acknowledge(before) {
      outbox.acknowledge(before);
      void finishIfTold();
    },
    giveBack(why) {
      if (outbox.hasEnd()) return;
      add({ type: 'given-back', why });
      onGivenBack(why);
    },
    forget(why) {
      held.giveBack(why);
      held.acknowledge(Number.POSITIVE_INFINITY);
    },
  };
  job.onLost(held.giveBack);
  return held;
}
