import { randomBytes } from 'node:crypto';
import { freemem, hostname } from 'node:os';
import { unreachable } from '@unclip-studio/graph-core';
import type { FromWorker, WorkerCheckpoint, WorkerRecord } from '@unclip-studio/protocol';
import { watchPlugins } from '../plugins/watch-plugins.js';
import { programVersion } from '../services/program.js';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../worker/supervisor.js';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import { type FromRemoteWorker, packFromWorker, type ToRemoteWorker } from './queue-messages.js';
import { type QueueNames, queueNames } from './queue-names.js';
import { createRedisLink, type RedisLink } from './redis-link.js';
import { createSigner, type Signer } from './signer.js';
import { createWorkerJobs, type WorkerJobs } from './worker-jobs.js';

export interface RemoteWorkerOptions
  extends Pick<SupervisorOptions, 'config' | 'limits' | 'nodeArguments' | 'onWords'> {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  /** Equal for workers that find each other's results. */
  readonly resultsId?: string;
  /** Its current checkpoints; read repeatedly, since operators add checkpoints while it runs. */
  listCheckpoints(): Promise<readonly WorkerCheckpoint[]>;
  /** For the operator. */
  onNotice(words: string): void;
}

export interface RunningWorker {
  readonly id: string;
  /** Accepts no more jobs, returns what it cannot finish at its next step, and exits; within ten seconds. */
  close(): Promise<void>;
}

/** Registers at a queue and evaluates its jobs, one after the other, in a separate process. */
export function startRemoteWorker(options: RemoteWorkerOptions): RunningWorker {
  return new RemoteWorkerHost(options);
}

const LIST_CHECKPOINTS_MS = 30_000;
// The run's next step, and then its result.
const DRAIN_MS = 6_500;
const GOODBYE_MS = 2_000;
const LEAVING = 'its worker was asked to stop';

class RemoteWorkerHost implements RunningWorker {
  readonly id = `${hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  readonly #options: RemoteWorkerOptions;
  readonly #names: QueueNames;
  readonly #signer: Signer;
  readonly #link: RedisLink;
  readonly #jobs: WorkerJobs;
  readonly #supervisor: Supervisor;
  readonly #startedAt = new Date().toISOString();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #stopWatching: () => void;
  #checkpoints: readonly WorkerCheckpoint[] = [];
  #isDraining = false;
  #isSendingPreview = false;

  constructor(options: RemoteWorkerOptions) {
    this.#options = options;
    const { address, times, onNotice } = options;
    const names = queueNames(address.name);
    const signer = createSigner(address.key);
    this.#names = names;
    this.#signer = signer;
    this.#supervisor = createSupervisor({
      ...options,
      onMessage: (message) => this.#hear(message),
      onLost: (exit, runId) => {
        if (runId === this.#jobs.current()?.runId) this.#jobs.end({ type: 'lost', exit });
        this.#hello();
      },
      onStatus: () => this.#hello(),
    });
    this.#link = createRedisLink({
      ...{ address, times },
      channels: [names.toWorkers, names.toWorker(this.id)],
      echoChannel: names.echo(this.id),
      onMessage: (channel, bytes) => this.#receive(channel, bytes),
      // A worker writes only for its jobs; whether it may is seen there.
      probe: async (redis) => void (await redis.ping()),
      onChange: (isUp) => this.#noteLink(isUp),
    });
    this.#jobs = createWorkerJobs({
      ...{ redis: this.#link.redis, names, worker: this.id, times, signer, onNotice },
      evaluator: {
        begin: (runId, order) => {
          if (this.#supervisor.status().phase !== 'idle') return 'its worker process ended before it began';
          this.#supervisor.startRun(runId, order);
          return undefined;
        },
        stop: (runId) => this.#supervisor.cancelRun(runId),
      },
      onChange: () => this.#hello(),
    });
    this.#timers = [
      setInterval(() => this.#hello(), times.helloMs),
      setInterval(() => void this.#listCheckpoints(), LIST_CHECKPOINTS_MS),
    ];
    void this.#listCheckpoints();
    this.#stopWatching = this.#watchPlugins();
    this.#supervisor.start();
  }

  async close(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const runId = this.#jobs.current()?.runId;
    if (runId !== undefined) {
      this.#options.onNotice(`Leaving: run ${runId} stops at its next step and goes back to the queue.`);
      this.#jobs.giveBack(LEAVING);
    }
    const over = this.#jobs.drain();
    await Promise.race([over, wait(runId === undefined ? GOODBYE_MS : DRAIN_MS)]);
    // In a native call it cannot be stopped, and the process ends with it.
    this.#jobs.end({ type: 'given-back', why: LEAVING });
    if (runId !== undefined) await Promise.race([over, wait(GOODBYE_MS)]);
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopWatching();
    await Promise.race([this.#say({ type: 'bye', id: this.id }), wait(500)]);
    await Promise.race([this.#jobs.close().catch(() => {}), wait(500)]);
    this.#link.close();
    await this.#supervisor.close();
  }

  /** As a server does: with `--nodes`, plug-ins that were changed on this machine are loaded again. */
  #watchPlugins(): () => void {
    const { plugins } = this.#options.config;
    if (plugins === undefined || plugins.nodeFolders.length === 0) return () => {};
    return watchPlugins(plugins, {
      onChange: () => this.#supervisor.send({ type: 'reload-plugins' }),
      onProblem: this.#options.onNotice,
    });
  }

  #noteLink(isUp: boolean): void {
    const why = this.#link.lastProblem() ?? 'no reason is known';
    this.#options.onNotice(
      isUp ? `Redis answers; signed on as ${this.id}.` : `Redis does not answer (${why}); trying again.`,
    );
    this.#hello();
  }

  #receive(channel: string, bytes: Buffer): void {
    const signed = this.#signer.verify(channel, bytes);
    if (signed === undefined) return;
    // Signed by the server.
    const message = signed.body as ToRemoteWorker;
    switch (message.type) {
      case 'who':
        this.#supervisor.send({ type: 'watch-previews', watching: message.isWatching });
        this.#stopForOthers(message.server);
        this.#hello();
        break;
      case 'cancel':
        this.#jobs.cancel(message);
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
      case 'run-ended':
        this.#jobs.hear(message);
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
      case 'device-lost':
      case 'notice':
        // The supervisor's business.
        break;
      default:
        unreachable(message);
    }
  }

  /** No one waits for the run of a server that does not own the queue. */
  #stopForOthers(server: string): void {
    const claim = this.#jobs.current();
    if (claim !== undefined && claim.server !== server) this.#jobs.giveBack('another server has the queue now');
  }

  #sendPreview(preview: Extract<FromWorker, { readonly type: 'preview' }>): void {
    const claim = this.#jobs.current();
    if (this.#isSendingPreview || claim?.runId !== preview.runId) return;
    this.#isSendingPreview = true;
    void this.#say({ type: 'preview-of', ...claim, preview }).then(() => {
      this.#isSendingPreview = false;
    });
  }

  #hello(): void {
    if (!this.#link.isUp()) return;
    const { resultsId } = this.#options;
    const { pid: _, ...status } = this.#supervisor.status();
    const claim = this.#jobs.current();
    const worker: WorkerRecord = {
      ...status,
      ...(this.#isDraining ? { phase: 'closed' } : {}),
      id: this.id,
      host: hostname(),
      version: programVersion(),
      slots: 1,
      runs: claim === undefined ? [] : [claim.runId],
      startedAt: this.#startedAt,
      freeMemoryBytes: freemem(),
      checkpoints: this.#checkpoints,
    };
    const claims = claim === undefined ? [] : [claim];
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

  #say(message: FromRemoteWorker): Promise<boolean> {
    const channel = this.#names.toServer;
    return this.#link.publish(channel, this.#signer.sign(channel, packFromWorker(message)));
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
