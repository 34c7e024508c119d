import type { FromWorker, RunOrder } from '@unclip-studio/protocol';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { createProgressWriter } from './progress-writer.js';
import type { QueueTimes } from './queue-address.js';
import type { ClaimName, JobEnd, JobOrder, JobProgress, JobResult } from './queue-messages.js';
import { jobAddressesOf, jobIdOf, jobQueueOf, type QueueNames } from './queue-names.js';
import { blockMsOf } from './redis-link.js';
import type { Signer } from './signer.js';

/** What evaluates runs, one at a time. */
export interface JobEvaluator {
  /** @returns why it cannot, if it cannot begin now */
  begin(runId: string, order: RunOrder): string | undefined;
  /** At its next step; the run then ends as cancelled. */
  stop(runId: string): void;
}

export interface WorkerJobsOptions {
  readonly redis: Redis;
  readonly names: QueueNames;
  readonly worker: string;
  readonly times: QueueTimes;
  readonly signer: Signer;
  readonly evaluator: JobEvaluator;
  /** It has another run than before, or none. */
  onChange(): void;
  onNotice(words: string): void;
}

/** Takes jobs from the worker's own BullMQ queue, one after the other, and writes their progress and results. */
export interface WorkerJobs {
  /** The run under way. */
  current(): ClaimName | undefined;
  /** Of the run under way. */
  hear(message: Extract<FromWorker, { readonly type: 'run-events' | 'run-ended' }>): void;
  /** The active run was ended from outside. */
  end(end: JobEnd): void;
  /** Stops it at its next step, as its server asks; unless it is over already. */
  cancel(claim: ClaimName): void;
  /** The same for a reason of our own. */
  giveBack(why: string): void;
  /** Takes no more, and resolves when Redis has the result of the job under way. */
  drain(): Promise<void>;
  /** Waits for nothing: while Redis is away BullMQ would wait for it, and keep the process from ending. */
  close(): Promise<void>;
}

interface CurrentJob {
  readonly claim: ClaimName;
  /** Why it is given back, once it is stopped for that. */
  givenBackFor?: string;
  hear(message: Extract<FromWorker, { readonly type: 'run-events' }>): void;
  end(end: JobEnd): void;
}

const JOB_GONE = -1;
const KEPT_JOBS = 3;

export function createWorkerJobs(options: WorkerJobsOptions): WorkerJobs {
  return new BullmqJobs(options);
}

class BullmqJobs implements WorkerJobs {
  readonly #options: WorkerJobsOptions;
  readonly #worker: Worker;
  /** Server -> the highest token that it has sent; a job below it was sent twice. */
  readonly #highest = new Map<string, number>();
  #current: CurrentJob | undefined;
  /** It has a job, or the result of one that Redis does not have yet. */
  #isBusy = false;
  #onRelease: (() => void) | undefined;

  constructor(options: WorkerJobsOptions) {
    this.#options = options;
    const { redis, names, worker, times } = options;
    // BullMQ passes the signal only to functions of three parameters.
    this.#worker = new Worker(jobQueueOf(worker), (job, _token, signal) => this.#process(job, signal), {
      connection: redis,
      prefix: names.prefix,
      concurrency: 1,
      lockDuration: times.lockMs,
      stalledInterval: times.lockMs,
      // A job that was ours and is not any more is the server's to decide about.
      maxStalledCount: 0,
      drainDelay: blockMsOf(times) / 1000,
      runRetryDelay: times.probeMs,
      // The server may be away when a job ends, and reads it later.
      removeOnComplete: { count: KEPT_JOBS },
      removeOnFail: { count: KEPT_JOBS },
    });
    // BullMQ continues by itself; the link reports whether Redis is reachable.
    this.#worker.on('error', () => this.#release());
    this.#worker.on('completed', () => this.#release());
    this.#worker.on('failed', () => this.#release());
    this.#worker.on('lockRenewalFailed', () => this.giveBack('its lock was taken away'));
  }

  current(): ClaimName | undefined {
    return this.#current?.claim;
  }

  hear(message: Extract<FromWorker, { readonly type: 'run-events' | 'run-ended' }>): void {
    const current = this.#current;
    if (current?.claim.runId !== message.runId) return;
    current.hear({ type: 'run-events', runId: message.runId, updates: message.updates });
    if (message.type === 'run-events') return;
    const { givenBackFor: why } = current;
    const { report } = message;
    if (why !== undefined && report.outcome === 'cancelled') current.end({ type: 'given-back', why });
    else current.end({ type: 'ended', report });
  }

  end(end: JobEnd): void {
    this.#current?.end(end);
  }

  cancel({ server, runId, token }: ClaimName): void {
    const claim = this.#current?.claim;
    if (claim?.server !== server || claim.runId !== runId || claim.token !== token) return;
    this.#worker.cancelJob(jobIdOf(claim));
  }

  giveBack(why: string): void {
    const current = this.#current;
    if (current === undefined || current.givenBackFor !== undefined) return;
    current.givenBackFor = why;
    this.#options.onNotice(`Run ${current.claim.runId} is given back: ${why}.`);
    this.#worker.cancelJob(jobIdOf(current.claim), why);
  }

  async drain(): Promise<void> {
    await this.#worker.pause(true);
    if (!this.#isBusy) return;
    await new Promise<void>((resolve) => {
      this.#onRelease = resolve;
    });
  }

  async close(): Promise<void> {
    await this.#worker.close(true);
  }

  /** Redis has the result, or refuses it. */
  #release(): void {
    if (this.#current !== undefined) return;
    this.#isBusy = false;
    this.#onRelease?.();
  }

  async #process(job: Job, signal: AbortSignal | undefined): Promise<string> {
    const { evaluator, onChange, signer, worker } = this.#options;
    this.#isBusy = true;
    const order = this.#open(job);
    if (order === undefined) return '';
    const { server, runId, token } = order;
    const claim: ClaimName = { server, runId, token };
    const to = jobAddressesOf(worker);
    const progress = createProgressWriter({
      write: (part) => {
        const body: JobProgress = { ...claim, ...part };
        return job.updateProgress(signer.signText(to.progress, body));
      },
      isFinal: (error) => (error as { readonly code?: unknown }).code === JOB_GONE,
      onFinal: () => this.giveBack('its job was taken away'),
    });
    const ended = new Promise<JobEnd>((resolve) => {
      this.#current = { claim, hear: ({ updates }) => progress.add(updates), end: resolve };
    });
    signal?.addEventListener('abort', () => evaluator.stop(runId));
    const problem = evaluator.begin(runId, order.order);
    if (problem !== undefined) this.end({ type: 'given-back', why: problem });
    onChange();
    const end = await ended;
    const body: JobResult = { ...claim, ...(await progress.finish()), end };
    this.#current = undefined;
    onChange();
    return signer.signText(to.result, body);
  }

  /** @returns `undefined` if the job is not to be done */
  #open(job: Job): JobOrder | undefined {
    const { onNotice, signer, worker } = this.#options;
    const { order: signed } = job.data as { readonly order?: unknown };
    // Signed by the server.
    const order = signer.verifyText(jobAddressesOf(worker).order, signed) as JobOrder | undefined;
    if (order === undefined) onNotice('A job that is not signed with this key was thrown away.');
    else if (order.token > (this.#highest.get(order.server) ?? 0)) {
      this.#highest.set(order.server, order.token);
      return order;
    }
    return undefined;
  }
}
