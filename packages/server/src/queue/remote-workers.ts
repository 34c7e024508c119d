import type { WorkerRecord, WorkerStatus } from '@unclip-studio/protocol';
import type { RunNeeds } from '../runs/run-needs.js';
import type { FromRemoteWorker } from './queue-messages.js';

/** The registered workers, and their state. */
export interface RemoteWorkers {
  /** @returns whether it is new, or has changed */
  hear(hello: Extract<FromRemoteWorker, { readonly type: 'hello' }>): boolean;
  get(id: string): RemoteWorker | undefined;
  /** That have reported recently. */
  living(): readonly RemoteWorker[];
  /** All that have not left. */
  all(): readonly RemoteWorker[];
  /** How many hold these checkpoints and keep their results in one place; of several places, the one with most. */
  countSharers(checkpoints: readonly string[]): number;
  /** Removes workers that have not reported for too long, if they have no runs. @returns their ids */
  dropSilent(hasRuns: (id: string) => boolean): readonly string[];
  drop(id: string): void;
  /** How often all that ever signed on have run a model. */
  modelRuns(): number;
  /** They count as having just reported, since the silence was ours. */
  resetSilence(): void;
}

export interface RemoteWorker {
  readonly record: WorkerRecord;
  readonly resultsId: string | undefined;
  readonly silentMs: number;
  hasCheckpoints(names: readonly string[]): boolean;
  /** Can take a run as soon as it has none. */
  readonly isFit: boolean;
  /** How many of a run's results it has made or read before. */
  countKnown(needs: RunNeeds): number;
  /** Whether its last run was of the same checkpoints, so that they are loaded. */
  hasLoaded(checkpoints: readonly string[]): boolean;
  readonly lastStartMs: number;
  learn(result: string): void;
  noteStart(needs: RunNeeds): void;
  /** Its state until it reports more. */
  amend(record: Partial<WorkerRecord>): void;
}

// Some hundred runs of thirty nodes.
const KNOWN_RESULTS = 10_000;

/** @param lockMs of a job; a run is not taken away before */
export function createRemoteWorkers({ lockMs }: { readonly lockMs: number }): RemoteWorkers {
  const workers = new Map<string, Worker>();
  const modelRunsOf = new Map<string, number>();
  return {
    hear({ worker: record, resultsId, modelRuns }) {
      modelRunsOf.set(record.id, modelRuns);
      const known = workers.get(record.id);
      const worker = known ?? new Worker(record);
      workers.set(record.id, worker);
      return worker.hear(record, resultsId) || known === undefined;
    },
    get: (id) => workers.get(id),
    living: () => [...workers.values()].filter(({ silentMs }) => silentMs < lockMs / 2),
    all: () => [...workers.values()],
    countSharers(checkpoints) {
      const byPlace = new Map<string, number>();
      for (const worker of workers.values()) {
        const { resultsId } = worker;
        if (resultsId === undefined || !worker.isFit || !worker.hasCheckpoints(checkpoints)) continue;
        if (worker.silentMs < lockMs / 2) byPlace.set(resultsId, (byPlace.get(resultsId) ?? 0) + worker.record.slots);
      }
      return Math.max(0, ...byPlace.values());
    },
    dropSilent(hasRuns) {
      const silent = [...workers].filter(([id, { silentMs }]) => silentMs > lockMs && !hasRuns(id));
      for (const [id] of silent) workers.delete(id);
      return silent.map(([id]) => id);
    },
    drop: (id) => workers.delete(id),
    modelRuns: () => [...modelRunsOf.values()].reduce((sum, count) => sum + count, 0),
    resetSilence() {
      for (const worker of workers.values()) worker.resetSilence();
    },
  };
}

class Worker implements RemoteWorker {
  readonly #known = new Set<string>();
  #record: WorkerRecord;
  #names: ReadonlySet<string> = new Set();
  #resultsId: string | undefined;
  #heardMs = performance.now();
  #loaded = '';
  lastStartMs = Number.NEGATIVE_INFINITY;

  constructor(record: WorkerRecord) {
    this.#record = record;
  }

  get record(): WorkerRecord {
    return this.#record;
  }

  get resultsId(): string | undefined {
    return this.#resultsId;
  }

  get silentMs(): number {
    return performance.now() - this.#heardMs;
  }

  get isFit(): boolean {
    return ['idle', 'busy', 'stopping'].includes(this.#record.phase);
  }

  hear(record: WorkerRecord, resultsId: string | undefined): boolean {
    this.#heardMs = performance.now();
    this.#resultsId = resultsId;
    const isChanged = whatIsTold(record) !== whatIsTold(this.#record);
    this.#record = record;
    this.#names = new Set(record.checkpoints?.map(({ name }) => name));
    return isChanged;
  }

  resetSilence(): void {
    this.#heardMs = performance.now();
  }

  hasCheckpoints(names: readonly string[]): boolean {
    // A file may be named without its ending.
    return names.every((name) => this.#names.has(name) || this.#names.has(`${name}.safetensors`));
  }

  countKnown({ results }: RunNeeds): number {
    return [...results.values()].filter((result) => this.#known.has(result)).length;
  }

  hasLoaded(checkpoints: readonly string[]): boolean {
    return checkpoints.length > 0 && this.#loaded === checkpoints.join('\n');
  }

  learn(result: string): void {
    this.#known.delete(result);
    this.#known.add(result);
    if (this.#known.size > KNOWN_RESULTS) this.#known.delete(this.#known.values().next().value ?? '');
  }

  noteStart({ checkpoints }: RunNeeds): void {
    this.lastStartMs = performance.now();
    if (checkpoints.length > 0) this.#loaded = checkpoints.join('\n');
  }

  amend(record: Partial<WorkerRecord>): void {
    this.#record = { ...this.#record, ...record };
  }
}

/** Free memory changes all the time, and needs no event of its own. */
function whatIsTold(record: WorkerRecord): string {
  return JSON.stringify({ ...record, freeMemoryBytes: 0 });
}

/** Several workers as if they were one. */
export function summarizeWorkers(workers: readonly RemoteWorker[], isAnyFree: boolean): WorkerStatus {
  const records = workers.map(({ record }) => record);
  const lastExit = newest(records.flatMap((record) => record.lastExit ?? []));
  const notice = newest(records.flatMap((record) => record.notice ?? []));
  const device = records.find((record) => record.device !== undefined)?.device;
  const isAnyFit = workers.some(({ isFit }) => isFit);
  return {
    phase: !isAnyFit ? 'starting' : isAnyFree ? 'idle' : 'busy',
    restarts: records.reduce((sum, { restarts }) => sum + restarts, 0),
    ...(lastExit === undefined ? {} : { lastExit }),
    ...(device === undefined ? {} : { device }),
    ...(notice === undefined ? {} : { notice }),
  };
}

function newest<Item extends { readonly at: string }>(items: readonly Item[]): Item | undefined {
  return [...items].sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}
