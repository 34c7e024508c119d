import { randomBytes } from 'node:crypto';
import { freemem, hostname } from 'node:os';
import { unreachable } from '@unclip-studio/graph-core';
import type { FromWorker, WorkerCheckpoint, WorkerRecord } from '@unclip-studio/protocol';
import { programVersion } from '../services/program.js';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../worker/supervisor.js';
import { type HeldRun, holdRun } from './held-run.js';
import { createJobTaker, type JobTaker, type TakenJob } from './job-taker.js';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import {
  type ClaimName,
  type FromRemoteWorker,
  type Job,
  packFromWorker,
  type ToRemoteWorker,
} from './queue-messages.js';
import { jobQueueOf, type QueueNames, queueNames } from './queue-names.js';
import { createRedisLink, type RedisLink } from './redis-link.js';
import { createSeal, type Seal } from './seal.js';

export interface RemoteWorkerOptions
  extends Pick<SupervisorOptions, 'config' | 'limits' | 'nodeArguments' | 'onWords'> {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  /** Equal for workers that find each other's results. */
  readonly resultsId?: string;
  /** What it holds now; asked again and again, since operators add checkpoints while it runs. */
  listCheckpoints(): Promise<readonly WorkerCheckpoint[]>;
  /** For the operator. */
  onNotice(words: string): void;
}

export interface RunningWorker {
  readonly id: string;
  /** Takes no more, gives back what it cannot end at its next step, and leaves; within ten seconds. */
  close(): Promise<void>;
}

/** Signs on at a queue and evaluates what it is given, one run after the other, in a process of its own. */
export function startRemoteWorker(options: RemoteWorkerOptions): RunningWorker {
  return new RemoteWorkerHost(options);
}

const LOOK_MS = 1_000;
const LIST_CHECKPOINTS_MS = 30_000;
// The run's next step, and then the server's answer.
const DRAIN_MS = 6_500;
const GOODBYE_MS = 2_000;
const LEAVING = 'its worker was told to leave';

class RemoteWorkerHost implements RunningWorker {
  readonly id = `${hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  readonly #options: RemoteWorkerOptions;
  readonly #names: QueueNames;
  readonly #seal: Seal;
  readonly #link: RedisLink;
  readonly #taker: JobTaker;
  readonly #supervisor: Supervisor;
  readonly #startedAt = new Date().toISOString();
  /** Server -> the highest token that it has handed over; a job below it is one that was handed over twice. */
  readonly #highest = new Map<string, number>();
  readonly #timers: readonly NodeJS.Timeout[];
  #checkpoints: readonly WorkerCheckpoint[] = [];
  #current: HeldRun | undefined;
  #isTaking = false;
  #mayHaveWork = false;
  #isDraining = false;
  #isSendingPreview = false;
  #onFree: (() => void) | undefined;

  constructor(options: RemoteWorkerOptions) {
    this.#options = options;
    const { address, times } = options;
    this.#names = queueNames(address.name);
    this.#seal = createSeal(address.key);
    this.#supervisor = createSupervisor({
      ...options,
      onMessage: (message) => this.#hear(message),
      onLost: (exit, runId) => {
        if (runId === this.#current?.claim.runId) this.#current?.tell({ type: 'lost', exit });
        this.#hello();
      },
      onStatus: () => {
        this.#hello();
        void this.#take();
      },
    });
    this.#link = createRedisLink({
      ...{ address, times },
      channels: [this.#names.toWorkers, this.#names.toWorker(this.id)],
      echoChannel: this.#names.echo(this.id),
      onMessage: (channel, bytes) => this.#receive(channel, bytes),
      // A worker writes only to keep its locks; whether it may is seen there.
      probe: async (redis) => void (await redis.ping()),
      onChange: (isUp) => this.#noteLink(isUp),
    });
    this.#taker = createJobTaker({ redis: this.#link.redis, names: this.#names, worker: this.id, times });
    this.#timers = [
      setInterval(() => this.#hello(), times.helloMs),
      setInterval(() => this.#look(), Math.min(LOOK_MS, times.helloMs)),
      setInterval(() => void this.#listCheckpoints(), LIST_CHECKPOINTS_MS),
    ];
    void this.#listCheckpoints();
    this.#supervisor.start();
  }

  async close(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const { onNotice } = this.#options;
    if (this.#current !== undefined) {
      const { runId } = this.#current.claim;
      onNotice(`Leaving: run ${runId} stops at its next step and goes back to the queue.`);
      const free = new Promise<void>((resolve) => {
        this.#onFree = resolve;
      });
      this.#supervisor.cancelRun(runId);
      await Promise.race([free, wait(DRAIN_MS)]);
      // In a native call it cannot be stopped, and the process ends with it.
      this.#current?.giveBack(LEAVING);
      if (this.#current !== undefined) await Promise.race([free, wait(GOODBYE_MS)]);
    }
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.race([this.#say({ type: 'bye', id: this.id }), wait(500)]);
    await Promise.race([this.#taker.close(), wait(500)]);
    this.#link.close();
    await this.#supervisor.close();
  }

  #noteLink(isUp: boolean): void {
    if (!isUp) {
      this.#options.onNotice(
        `Redis does not answer (${this.#link.lastProblem() ?? 'no reason is known'}); trying again.`,
      );
      return;
    }
    this.#options.onNotice(`Redis answers; signed on as ${this.id}.`);
    this.#mayHaveWork = true;
    this.#hello();
    this.#current?.repeat();
    void this.#take();
  }

  #receive(channel: string, bytes: Buffer): void {
    const sealed = this.#seal.open(channel, bytes);
    if (sealed === undefined) return;
    // Signed by the server.
    const message = sealed.body as ToRemoteWorker;
    switch (message.type) {
      case 'who':
        this.#supervisor.send({ type: 'watch-previews', watching: message.isWatching });
        this.#forgetOthers(message.server);
        this.#hello();
        break;
      case 'work':
        this.#mayHaveWork = true;
        void this.#take();
        break;
      case 'cancel':
        if (this.#isCurrent(message)) this.#supervisor.cancelRun(message.runId);
        break;
      case 'acknowledge':
        if (this.#isCurrent(message)) this.#current?.acknowledge(message.before);
        break;
      case 'repeat':
        if (this.#isCurrent(message)) this.#current?.repeat(message.from);
        break;
      case 'watch-previews':
      case 'forecast':
      case 'describe':
      case 'free-memory':
        this.#supervisor.send(message);
        break;
      default:
        unreachable(message);
    }
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'run-events':
        if (this.#current?.claim.runId === message.runId) {
          this.#current.tell({ type: 'events', updates: message.updates });
        }
        break;
      case 'run-ended':
        if (this.#current?.claim.runId === message.runId) this.#hearEnd(message);
        break;
      case 'preview':
        this.#sendPreview(message);
        break;
      case 'forecast':
      case 'forecast-problems':
      case 'described':
      case 'results':
        void this.#say(message);
        break;
      case 'ready':
      case 'alive':
      case 'native-call':
      case 'device':
      case 'notice':
        // The supervisor's business.
        break;
      default:
        unreachable(message);
    }
  }

  #hearEnd({ updates, report }: Extract<FromWorker, { readonly type: 'run-ended' }>): void {
    if (this.#isDraining && report.outcome === 'cancelled') {
      this.#current?.tell({ type: 'events', updates });
      this.#current?.giveBack(LEAVING);
    } else this.#current?.tell({ type: 'ended', updates, report });
  }

  async #take(): Promise<void> {
    if (this.#isTaking || this.#isDraining || !this.#mayHaveWork || !this.#isFree()) return;
    this.#isTaking = true;
    try {
      // It may be told of a job while it looks for another.
      while (this.#mayHaveWork && !this.#isDraining && this.#isFree()) {
        this.#mayHaveWork = false;
        const job = await this.#taker.take();
        if (job !== undefined) this.#begin(job);
      }
    } catch {
      // Redis is away or refuses; the next look asks again.
      this.#mayHaveWork = true;
    } finally {
      this.#isTaking = false;
    }
  }

  #isFree(): boolean {
    return this.#current === undefined && this.#supervisor.status().phase === 'idle' && this.#link.isUp();
  }

  #begin(taken: TakenJob): void {
    const sealed = this.#seal.open(jobQueueOf(this.id), taken.sealed);
    // Signed by the server.
    const job = sealed?.body as Job | undefined;
    if (job === undefined || job.token <= (this.#highest.get(job.server) ?? 0)) {
      if (job === undefined) this.#options.onNotice('A job that is not signed with this key was thrown away.');
      this.#mayHaveWork = true;
      void taken.finish().catch(() => {});
      return;
    }
    this.#highest.set(job.server, job.token);
    const { server, runId, token, order } = job;
    const claim = { server, runId, token };
    const current = holdRun({
      ...{ claim, job: taken },
      say: (telling) => void this.#say({ type: 'news', id: this.id, ...claim, ...telling }),
      onGivenBack: (why) => {
        this.#options.onNotice(`Run ${runId} is given back: ${why}.`);
        this.#supervisor.cancelRun(runId);
      },
      onDone: () => this.#release(current),
    });
    this.#current = current;
    // It may have crashed while the job was fetched.
    if (this.#supervisor.status().phase !== 'idle') current.giveBack('its worker process ended before it began');
    else this.#supervisor.startRun(runId, order);
    this.#hello();
  }

  /** Nobody waits any more for the run of a server that does not have the queue. */
  #forgetOthers(server: string): void {
    const current = this.#current;
    if (current === undefined || current.claim.server === server) return;
    current.forget('another server has the queue now');
  }

  #release(run: HeldRun): void {
    if (this.#current === run) this.#current = undefined;
    this.#onFree?.();
    this.#hello();
    void this.#take();
  }

  #look(): void {
    this.#current?.repeatIfSilent();
    void this.#take();
  }

  #sendPreview(preview: Extract<FromWorker, { readonly type: 'preview' }>): void {
    if (this.#isSendingPreview || this.#current?.claim.runId !== preview.runId) return;
    this.#isSendingPreview = true;
    void this.#say({ type: 'preview-of', ...this.#current.claim, preview }).then(() => {
      this.#isSendingPreview = false;
    });
  }

  #hello(): void {
    if (!this.#link.isUp()) return;
    const { resultsId } = this.#options;
    const { pid: _, ...status } = this.#supervisor.status();
    const worker: WorkerRecord = {
      ...status,
      ...(this.#isDraining ? { phase: 'closed' } : {}),
      id: this.id,
      host: hostname(),
      version: programVersion(),
      slots: 1,
      runs: this.#current === undefined ? [] : [this.#current.claim.runId],
      startedAt: this.#startedAt,
      freeMemoryBytes: freemem(),
      checkpoints: this.#checkpoints,
    };
    const claims = this.#current === undefined ? [] : [this.#current.claim];
    const modelRuns = this.#supervisor.nativeCalls();
    void this.#say({ type: 'hello', worker, claims, modelRuns, ...(resultsId === undefined ? {} : { resultsId }) });
  }

  async #listCheckpoints(): Promise<void> {
    const found = await this.#options.listCheckpoints().catch((error: unknown) => {
      this.#options.onNotice(`The checkpoints cannot be listed: ${error instanceof Error ? error.message : error}`);
      return this.#checkpoints;
    });
    const isChanged = JSON.stringify(found) !== JSON.stringify(this.#checkpoints);
    this.#checkpoints = found;
    if (isChanged) this.#hello();
  }

  #isCurrent({ server, runId, token }: ClaimName): boolean {
    const claim = this.#current?.claim;
    return claim?.server === server && claim.runId === runId && claim.token === token;
  }

  #say(message: FromRemoteWorker): Promise<boolean> {
    const channel = this.#names.toServer;
    return this.#link.publish(channel, this.#seal.close(channel, packFromWorker(message)));
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
