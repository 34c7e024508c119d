import { type ChildProcess, fork } from 'node:child_process';
import type { FromWorker, RunOrder, ToWorker, WorkerPhase, WorkerStatus } from '@unclip-studio/protocol';
import { processFile } from '../common/process-file.js';
import { classifyExit, type WorkerExit } from './exit-reason.js';
import type { WorkerConfig } from './messages.js';

export interface SupervisorLimits {
  /** From the fork until the worker is ready: programs are read from a disk that may be slow. */
  readonly startMs: number;
  /** Silence after which the worker is taken for hung. */
  readonly silenceMs: number;
  /** The same while native code has the thread: one sampling step of the largest model must fit. */
  readonly nativeCallMs: number;
  /** How long a cancelled run may take to reach its next step. */
  readonly cancelMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly killMs: number;
}

const SUPERVISOR_LIMITS: SupervisorLimits = {
  startMs: 60_000,
  silenceMs: 30_000,
  nativeCallMs: 600_000,
  cancelMs: 60_000,
  killMs: 5_000,
};

export interface SupervisorOptions {
  readonly config: Omit<WorkerConfig, 'heartbeatMs'>;
  readonly limits?: Partial<SupervisorLimits>;
  /** Further arguments for Node itself, such as a limit of the heap. */
  readonly nodeArguments?: readonly string[];
  /** Everything from the worker but its signs of life. */
  onMessage(message: FromWorker): void;
  /** The worker has ended unexpectedly. `runId`: the run it had. A new one is being started. */
  onLost(exit: WorkerExit, runId: string | undefined): void;
  onStatus(status: WorkerStatus): void;
  /** What the worker writes to stderr, line by line or in pieces. */
  onWords?(text: string): void;
}

type SentToWorker = Exclude<ToWorker, { readonly type: 'start-run' | 'cancel-run' | 'close' }>;

/** Keeps one worker process alive and knows its state. */
export interface Supervisor {
  /** Forks the worker; `onStatus` reports when it is ready. */
  start(): void;
  status(): WorkerStatus;
  /** How often native code had a worker's thread: how often a model was run. */
  nativeCalls(): number;
  /** The worker must be idle. */
  startRun(runId: string, order: RunOrder): void;
  /** Asks the run to stop at its next step; a worker that does not get there in time is ended. */
  cancelRun(runId: string): void;
  send(message: SentToWorker): void;
  /** Ends the worker, gently if it can hear. */
  close(): Promise<void>;
}

// A lost device is tried once more; after that the CPU is used, until a worker starts for another reason.
const MOST_DEVICE_LOSSES = 2;

// A worker that cannot even start is tried again at this pace: at once, then ever more slowly.
const FIRST_RESTART_MS = 20;
const SLOWEST_RESTART_MS = 5_000;
const KEPT_WORDS = 8_192;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new WorkerSupervisor(options, { ...SUPERVISOR_LIMITS, ...options.limits });
}

class WorkerSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #limits: SupervisorLimits;
  #phase: WorkerPhase = 'starting';
  #child: ChildProcess | undefined;
  #runId: string | undefined;
  #restarts = 0;
  #failedStarts = 0;
  #lastExit: WorkerStatus['lastExit'];
  #device: WorkerStatus['device'];
  #deviceLosses = 0;
  #lostDevice: string | undefined;
  #notice: WorkerStatus['notice'];
  #lastHeardMs = 0;
  #cancelledAtMs: number | undefined;
  #inNativeCall = 0;
  #nativeCalls = 0;
  #killedFor: string | undefined;
  #lastWords = '';
  #isWatched = false;
  #watch: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #onGone: (() => void) | undefined;

  constructor(options: SupervisorOptions, limits: SupervisorLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  start(): void {
    const { config, nodeArguments = [] } = this.#options;
    const { silenceMs } = this.#limits;
    const heartbeatMs = Math.max(20, Math.min(5_000, silenceMs / 6));
    const device = this.#deviceLosses < MOST_DEVICE_LOSSES ? config.device : 'cpu';
    const child = fork(processFile('worker-main'), [JSON.stringify({ ...config, device, heartbeatMs })], {
      serialization: 'advanced',
      execArgv: [...nodeArguments],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#killedFor = undefined;
    this.#lostDevice = undefined;
    this.#lastWords = '';
    this.#inNativeCall = 0;
    this.#lastHeardMs = performance.now();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-KEPT_WORDS);
      this.#options.onWords?.(text);
    });
    child.on('message', (message: FromWorker) => this.#hear(message));
    // A message that cannot be delivered: the process is ending, which `close` reports.
    child.on('error', () => {});
    // Unlike `exit`, `close` comes after the last output.
    child.on('close', (code, signal) => this.#loseChild(code, signal));
    this.#watch ??= setInterval(() => this.#checkSilence(), Math.max(20, Math.min(1_000, silenceMs / 10)));
  }

  status(): WorkerStatus {
    const pid = this.#child?.pid;
    return {
      phase: this.#phase,
      ...(pid === undefined ? {} : { pid }),
      restarts: this.#restarts,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
      ...(this.#device === undefined ? {} : { device: this.#device }),
      ...(this.#notice === undefined ? {} : { notice: this.#notice }),
    };
  }

  nativeCalls(): number {
    return this.#nativeCalls;
  }

  startRun(runId: string, order: RunOrder): void {
    if (this.#phase !== 'idle') throw new Error(`Internal error: a run for a worker that is ${this.#phase}`);
    this.#runId = runId;
    this.#send({ type: 'start-run', runId, order });
    this.#enter('busy');
  }

  cancelRun(runId: string): void {
    if (this.#runId !== runId || this.#phase !== 'busy') return;
    this.#cancelledAtMs = performance.now();
    this.#send({ type: 'cancel-run', runId });
    this.#enter('stopping');
  }

  send(message: SentToWorker): void {
    if (message.type === 'watch-previews') this.#isWatched = message.watching;
    this.#send(message);
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#enter('closed');
    clearInterval(this.#watch);
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => {
      this.#onGone = resolve;
    });
    this.#send({ type: 'close' });
    // A worker inside native code does not hear; nothing of it is worth waiting for.
    const kill = setTimeout(() => child.kill('SIGKILL'), 500);
    await gone;
    clearTimeout(kill);
  }

  #hear(message: FromWorker): void {
    this.#lastHeardMs = performance.now();
    if (message.type === 'alive') return;
    if (message.type === 'native-call') {
      this.#inNativeCall += message.underWay ? 1 : -1;
      if (message.underWay) this.#nativeCalls++;
      return;
    }
    if (this.#phase === 'closed') return;
    if (message.type === 'device-lost') {
      this.#lostDevice = message.words;
      return;
    }
    if (message.type === 'device' || message.type === 'notice') {
      if (message.type === 'device') this.#device = message.device;
      else
        this.#notice = {
          words: message.words,
          ...(message.because && { because: message.because }),
          at: new Date().toISOString(),
        };
      this.#options.onStatus(this.status());
      return;
    }
    if (message.type === 'ready') {
      this.#failedStarts = 0;
      if (this.#isWatched) this.#send({ type: 'watch-previews', watching: true });
      this.#enter('idle');
    }
    if (message.type === 'run-ended') {
      this.#runId = undefined;
      this.#cancelledAtMs = undefined;
      this.#deviceLosses = 0;
      this.#phase = 'idle';
    }
    this.#options.onMessage(message);
    // After the message, so that listeners for idle workers already know how the run ended.
    if (message.type === 'run-ended' && this.#phase === 'idle') this.#enter('idle');
  }

  #checkSilence(): void {
    const nowMs = performance.now();
    const silentMs = nowMs - this.#lastHeardMs;
    const limitMs = this.#silenceLimitMs();
    if (silentMs > limitMs) this.#end(`silent for ${formatSeconds(limitMs)}`);
    else if (this.#cancelledAtMs !== undefined && nowMs - this.#cancelledAtMs > this.#limits.cancelMs) {
      this.#end(`did not stop within ${formatSeconds(this.#limits.cancelMs)} of being cancelled`);
    }
  }

  #silenceLimitMs(): number {
    const { nativeCallMs, silenceMs, startMs } = this.#limits;
    if (this.#phase === 'starting' || this.#phase === 'restarting') return startMs;
    return this.#inNativeCall > 0 ? nativeCallMs : silenceMs;
  }

  #end(reason: string): void {
    const child = this.#child;
    if (child === undefined || this.#killedFor !== undefined) return;
    this.#killedFor = reason;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#limits.killMs);
    child.once('close', () => clearTimeout(kill));
  }

  #loseChild(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#phase === 'closed') {
      this.#onGone?.();
      return;
    }
    const lostDevice = this.#deviceLosses < MOST_DEVICE_LOSSES ? this.#lostDevice : undefined;
    const exit = classifyExit({ code, signal, lastWords: this.#lastWords, killedFor: this.#killedFor, lostDevice });
    if (this.#lostDevice !== undefined) this.#deviceLosses++;
    if (lostDevice !== undefined) this.#noteLoss(lostDevice);
    const runId = this.#runId;
    this.#runId = undefined;
    this.#cancelledAtMs = undefined;
    this.#restarts++;
    this.#lastExit = { ...exit, at: new Date().toISOString() };
    const delayMs = Math.min(SLOWEST_RESTART_MS, FIRST_RESTART_MS * 4 ** this.#failedStarts++);
    this.#restart = setTimeout(() => this.start(), delayMs);
    this.#enter('restarting');
    this.#options.onLost(exit, runId);
  }

  #noteLoss(words: string): void {
    const isTriedAgain = this.#deviceLosses < MOST_DEVICE_LOSSES;
    this.#notice = {
      words: `${words}; the worker was started again, and ${isTriedAgain ? 'tries it again' : 'continues on the CPU'}.`,
      because: { code: 'device-failed', detail: words, next: isTriedAgain ? 'tried-again' : 'cpu' },
      at: new Date().toISOString(),
    };
  }

  #send(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message);
  }

  #enter(phase: WorkerPhase): void {
    this.#phase = phase;
    this.#options.onStatus(this.status());
  }
}

function formatSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
