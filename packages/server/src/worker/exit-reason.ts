import type { WorkerExitReason } from '@unclip-studio/protocol';

/** How a worker process ended. */
export interface WorkerExit {
  readonly reason: WorkerExitReason;
  /** For the log and the user, such as `signal SIGSEGV`. */
  readonly detail: string;
}

export interface ObservedExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what the process wrote to stderr. */
  readonly lastWords: string;
  /** Why the supervisor ended it, if it did. */
  readonly killedFor: string | undefined;
  /** Its message about the lost device, for which it ended. */
  readonly lostDevice?: string | undefined;
}

// What V8 writes before it aborts, in its versions so far.
const HEAP_IS_FULL =
  /JavaScript heap out of memory|Reached heap limit|Allocation failed - |invalid array length Allocation/;

/** Distinguishes the reasons of `exit`: a crash, a full JavaScript heap, our own kill, or a plain exit code. */
export function classifyExit({ code, signal, lastWords, killedFor, lostDevice }: ObservedExit): WorkerExit {
  if (lostDevice !== undefined) return { reason: 'device-lost', detail: lostDevice };
  if (killedFor !== undefined) return { reason: 'timeout', detail: killedFor };
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  if (HEAP_IS_FULL.test(lastWords)) return { reason: 'out-of-memory', detail: `JavaScript heap full, ${how}` };
  if (signal === 'SIGKILL') {
    // Linux does this when the machine runs out of memory; `kill -9` looks the same.
    return { reason: 'crashed', detail: `${how}; the system may have run out of memory` };
  }
  if (signal !== null) return { reason: 'crashed', detail: how };
  return { reason: 'exited', detail: how };
}
