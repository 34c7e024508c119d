import { type Diagnostic, describeDiagnostic } from '@unclip-studio/graph-core';
import type { Reason } from '@unclip-studio/protocol';

/** The workflow cannot run, for reasons its author can fix; nothing was queued. */
export class WorkflowProblems extends Error {
  override readonly name = 'WorkflowProblems';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(describeDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** As many runs wait as the server lets wait; nothing was queued. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  readonly limit: number;
  readonly retryAfterSeconds: number;
  readonly because: Reason;

  constructor(limit: number, retryAfterSeconds: number) {
    super(`The queue holds ${limit} runs, which is its limit. Try again in ${retryAfterSeconds} s, or cancel some.`);
    this.limit = limit;
    this.because = { code: 'queue-full', limit };
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No worker has been reachable for some time; nothing was queued. */
export class WorkersOutOfReach extends Error {
  override readonly name = 'WorkersOutOfReach';
  readonly because: Reason = { code: 'workers-unreachable' };
  readonly retryAfterSeconds = 5;
}

/** The idempotency key was used before, for another request; nothing was queued. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
  /** The run of the key. */
  readonly runId: string;

  constructor(runId: string) {
    super(`The idempotency key belongs to another request, which started run ${runId}. Use a new key.`);
    this.runId = runId;
  }
}

/** There is no run with that id. */
export class RunNotFound extends Error {
  override readonly name = 'RunNotFound';
  readonly because: Reason = { code: 'run-not-found' };

  constructor(runId: string) {
    super(`There is no run "${runId}".`);
  }
}

/** The run is in a state that does not allow the request, such as moving a finished run to the front. */
export class WrongRunState extends Error {
  override readonly name = 'WrongRunState';
}
