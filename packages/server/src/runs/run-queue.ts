import { randomInt } from 'node:crypto';
import {
  type Catalog,
  canonicalJson,
  describeDiagnostic,
  findWarnings,
  type Plan,
  type Workflow,
  withReason,
} from '@unclip-studio/graph-core';
import { sha256 } from '../common/sha256.js';
import type { PreparedRuns, WorkflowText } from '../engine/prepared-runs.js';
import { shortTitle } from '../store/run-rows.js';
import type { RunEnding, StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import type { Clock } from './clock.js';
import { IdempotencyConflict, QueueFull, RunNotFound, WorkflowProblems, WrongRunState } from './run-errors.js';
import type { EnqueueRequest } from './run-service.js';

export interface RunQueueOptions {
  readonly store: Pick<Store, 'database' | 'runs' | 'webhooks'>;
  readonly prepared: PreparedRuns;
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  /** As many runs may wait. */
  readonly maxQueued: number;
  /** Webhooks of every run except previews. */
  readonly webhooks?: readonly string[];
}

/** The rules of the durable queue, without the worker that takes from it. */
export interface RunQueue {
  /** @returns the run, and whether it is new or the existing one of the idempotency key */
  enqueue(request: EnqueueRequest): { readonly run: StoredRun; readonly isNew: boolean };
  retry(id: string): StoredRun;
  /** @throws RunNotFound */
  read(id: string): StoredRun;
  /** @throws RunNotFound */
  readText(id: string): WorkflowText;
  /** @throws WorkflowProblems */
  check(workflow: Workflow, targets: readonly string[]): CheckedWorkflow;
  /** Returns it to the queue, or to quarantine after its last attempt. @returns the new state of the run */
  takeBack(run: StoredRun, exit: LostRun): StoredRun;
  /**
   * Takes back runs that were active when the last server ended, and forgets old idempotency keys.
   *
   * @param goesOn whether the run did not need that server
   */
  recover(goesOn: (run: StoredRun) => boolean): void;
}

export interface CheckedWorkflow extends WorkflowText {
  readonly plan: Plan;
}

interface LostRun {
  readonly exit: NonNullable<NonNullable<RunEnding['error']>['exit']>;
  /** Such as `signal SIGSEGV`. */
  readonly detail: string;
  readonly node?: string | undefined;
}

/** A run that took its worker or its server down as often as this is not started again by itself. */
const MAX_ATTEMPTS = 2;

// A guess; how long runs take is not known before they do.
const RETRY_AFTER_SECONDS = 10;
const KEYS_KEPT_MS = 24 * 3_600_000;

export function createRunQueue({
  store,
  prepared,
  catalog,
  clock,
  maxQueued,
  webhooks = [],
}: RunQueueOptions): RunQueue {
  const { database, runs } = store;

  function check(workflow: Workflow, targets: readonly string[]): CheckedWorkflow {
    const text = prepared.toText(workflow);
    const { plan } = prepared.prepare(text, targets);
    if (!plan.ok) throw new WorkflowProblems(plan.diagnostics);
    return { ...text, plan: plan.value };
  }

  function insert(request: EnqueueRequest, retryOf: string | null): StoredRun {
    const { workflow, targets = [], workflowName = null, priority = 0, clientId = '', isPreview = false } = request;
    const addresses = [...(isPreview ? [] : webhooks), ...(request.webhook === undefined ? [] : [request.webhook])];
    const { workflowJson, workflowSha256 } = check(workflow, targets);
    if (runs.countQueued() >= maxQueued) throw new QueueFull(maxQueued, RETRY_AFTER_SECONDS);
    const title = shortTitle(workflow.title || workflowName || 'Untitled');
    const id = newRunId();
    const warnings = findWarnings(workflow, catalog()).map((diagnostic) => ({
      message: describeDiagnostic(diagnostic),
      diagnostic,
    }));
    runs.insert(
      {
        ...{ id, workflowJson, workflowSha256, workflowName, title, targets },
        ...{ clientId, priority, retryOf, isPreview, warnings },
      },
      clock.wallMs(),
    );
    store.webhooks.add(id, retryOf === null ? addresses : [...addresses, ...store.webhooks.addressesOf(retryOf)]);
    return read(id);
  }

  function read(id: string): StoredRun {
    const run = runs.read(id);
    if (run === undefined) throw new RunNotFound(id);
    return run;
  }

  function readText(id: string): WorkflowText {
    const text = runs.readWorkflow(id);
    if (text === undefined) throw new RunNotFound(id);
    return text;
  }

  function takeBack(run: StoredRun, lost: LostRun): StoredRun {
    const { id, attempts, token } = run;
    if (attempts < MAX_ATTEMPTS) runs.requeue(id, { keepsAttempt: true, token });
    else runs.finish(id, { state: 'failed', error: quarantine(attempts, lost) }, clock.wallMs(), token);
    return read(id);
  }

  return {
    read,
    readText,
    check,
    takeBack,
    enqueue(request) {
      const { idempotencyKey: key } = request;
      if (key === undefined) return { run: insert(request, null), isNew: true };
      return database.transaction(() => {
        const requestSha256 = fingerprintRequest(request);
        const known = runs.findKey(key);
        if (known === undefined) {
          const run = insert(request, null);
          runs.addKey(key, requestSha256, run.id, clock.wallMs());
          return { run, isNew: true };
        }
        if (known.requestSha256 !== requestSha256) throw new IdempotencyConflict(known.runId);
        return { run: read(known.runId), isNew: false };
      });
    },
    retry(id) {
      const run = read(id);
      if (run.state === 'queued' || run.state === 'running') {
        const error = new WrongRunState(`The run is ${run.state}; only a run that has ended can be repeated.`);
        throw withReason(error, { code: 'run-not-ended' });
      }
      const { targets, priority, clientId, workflowName } = run;
      const request = { workflow: prepared.toWorkflow(readText(id)), targets, priority, clientId };
      return insert(workflowName === null ? request : { ...request, workflowName }, id);
    },
    recover(goesOn) {
      database.transaction(() => {
        const lost: LostRun = { exit: 'server-ended', detail: 'the server ended while the run was under way' };
        for (const run of runs.running()) if (!goesOn(run)) takeBack(run, lost);
        runs.forgetKeysBefore(clock.wallMs() - KEYS_KEPT_MS);
      });
    },
  };
}

function quarantine(attempts: number, { exit, detail, node }: LostRun): NonNullable<RunEnding['error']> {
  const where = node === undefined ? '' : `, at node "${node}"`;
  const message =
    `The run was interrupted in each of its ${attempts} attempts, the last time${where}: ${detail}. It is set aside so ` +
    'that it cannot keep the others from running. Change the workflow, or start it again by hand.';
  return { code: 'quarantined', message, exit, ...(node === undefined ? {} : { node }) };
}

/** The parts of a request that decide which run it makes. */
function fingerprintRequest({ workflow, targets, workflowName, priority, webhook }: EnqueueRequest): string {
  return sha256(canonicalJson({ workflow, targets: targets ?? [], workflowName, priority: priority ?? 0, webhook }));
}

const ID_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** 62 random bits that can be read aloud and need no escaping anywhere. */
function newRunId(): string {
  return Array.from({ length: 12 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('');
}
