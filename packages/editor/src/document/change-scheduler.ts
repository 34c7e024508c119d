import type { DocumentChange, DocumentStore } from './document-store.js';

/** Work that follows changes of the document, once for several in quick succession. */
export interface ChangeTask {
  readonly delayMs: number;
  /** Counted from the last of several changes, or from the first; the last, if left out. */
  readonly from?: 'first' | 'last';
  /** Whether a change leads to it. */
  readonly concerns: (change: DocumentChange) => boolean;
  readonly run: () => void;
}

export interface ScheduledTask {
  /** It waits to be run. */
  readonly isDue: boolean;
  /** Runs it after its delay, as after a change. */
  schedule(): void;
  /** Runs due tasks. */
  cancel(): void;
  /** Takes it away for good. */
  stop(): void;
}

interface Entry {
  readonly task: ChangeTask;
  dueAtMs: number | undefined;
}

/**
 * Everything that follows a change of the document a moment later: drafts, checks, comparing, forecasts, live runs. One
 * subscription and one timer for all of them; each task runs by itself, so that one that fails stops no other.
 */
export class ChangeScheduler {
  readonly #entries = new Set<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: DocumentStore) {
    store.subscribe((change) => {
      for (const entry of this.#entries) if (entry.task.concerns(change)) this.#schedule(entry);
    });
  }

  add(task: ChangeTask): ScheduledTask {
    const entry: Entry = { task, dueAtMs: undefined };
    this.#entries.add(entry);
    const cancel = () => {
      entry.dueAtMs = undefined;
    };
    return {
      get isDue() {
        return entry.dueAtMs !== undefined;
      },
      schedule: () => this.#schedule(entry),
      cancel,
      stop: () => {
        cancel();
        this.#entries.delete(entry);
      },
    };
  }

  #schedule(entry: Entry): void {
    const { delayMs, from = 'last' } = entry.task;
    if (from === 'first' && entry.dueAtMs !== undefined) return;
    entry.dueAtMs = performance.now() + delayMs;
    this.#arm();
  }

  /** Wakes when the next task is due; one that was cancelled or put off meanwhile costs a wake-up without effect. */
  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (next?.dueAtMs === undefined) return;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, next.dueAtMs - performance.now()));
  }

  #wake(): void {
    const next = this.#next();
    // Timers may be a little early.
    const isDue = next?.dueAtMs !== undefined && next.dueAtMs <= performance.now() + 1;
    if (isDue) next.dueAtMs = undefined;
    this.#arm();
    if (isDue) next.task.run();
  }

  #next(): Entry | undefined {
    const due = [...this.#entries].filter(({ dueAtMs }) => dueAtMs !== undefined);
    return due.sort((a, b) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0))[0];
  }
}

/** Whether what a run would do may have changed; places and looks change nothing. */
export function meaningChanged({ whole, previousWhole }: DocumentChange): boolean {
  return whole.nodes !== previousWhole.nodes || whole.subgraphs !== previousWhole.subgraphs;
}
