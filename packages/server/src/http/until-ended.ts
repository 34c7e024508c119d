import type { RunDetail } from '@unclip-studio/protocol';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';

interface Wait {
  readonly seconds: number;
  /** Aborted when the client no longer waits for the answer. */
  readonly signal: AbortSignal;
}

/** The run when it has ended, or its current state after the timeout. @throws Problem if the client no longer waits */
export function untilEnded(
  run: string,
  { seconds, signal }: Wait,
  { runs, events }: Pick<ServerParts, 'runs' | 'events'>,
): Promise<RunDetail> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', leave);
    };
    const answer = () => {
      stop();
      resolve(runs.read(run));
    };
    const leave = () => {
      stop();
      reject(new Problem('unavailable', 'The client has gone.'));
    };
    const timer = setTimeout(answer, seconds * 1000);
    const unsubscribe = events.subscribe((event) => {
      if (event.type === 'run-changed' && event.run.id === run && event.run.finishedAt !== undefined) answer();
    });
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    else if (runs.read(run).finishedAt !== undefined) answer();
  });
}
