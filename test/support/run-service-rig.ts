import type { Workflow } from '@unclip-studio/graph-core';
import type { RunRecord, RunState, ServerEvent } from '@unclip-studio/protocol';
import {
  blobsFolderOf,
  createEventBus,
  createRunService,
  type EventBus,
  embeddedPlace,
  loadCatalog,
  nextStartSeq,
  openStore,
  type RunService,
  type RunServiceOptions,
  type Store,
  type SupervisorLimits,
  systemClock,
  type WorkerConfig,
} from '@unclip-studio/server';
import { bullmqPlace, type QueueTimes } from '@unclip-studio/server/queue';
import { onTestFinished } from 'vitest';
import { startTestWorker, testQueue } from './queue-rig.js';
import type { TestRedis } from './redis-server.js';

export interface RunServiceRig {
  readonly store: Store;
  readonly service: RunService;
  readonly bus: EventBus;
  /** All so far. */
  readonly events: readonly ServerEvent[];
  /** What was reported to the operator. */
  readonly notices: readonly string[];
  /** Resolves with the run once it is in one of the states. */
  until(id: string, ...states: readonly RunState[]): Promise<RunRecord>;
  /** Resolves once the run's events hold what is looked for. */
  untilEvent(fits: (event: ServerEvent) => boolean): Promise<ServerEvent>;
  /** Ends the service and closes the store; once. */
  close(): Promise<void>;
}

export interface RigSettings extends Partial<Pick<RunServiceOptions, 'clock' | 'maxQueued' | 'diskPollMs'>> {
  readonly limits?: Partial<SupervisorLimits>;
  readonly nodeArguments?: readonly string[];
  readonly modelFolders?: readonly string[];
  readonly imageFolders?: readonly string[];
  readonly results?: WorkerConfig['results'];
  readonly injectedFailure?: string;
  /** Runs are evaluated by workers that take them from here. */
  readonly redis?: Pick<TestRedis, 'url'>;
  /** How many of them are in this process; 1 when left out. */
  readonly remoteWorkers?: number;
  readonly times?: QueueTimes;
  /** For a Redis with TLS. */
  readonly ca?: string;
}

const DEV_CATALOG = loadCatalog({ devNodes: true });
const TERMINAL: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

/** A run service over a data folder, with a real worker process that has the dev nodes. */
export async function runServiceRig(folder: string, settings: RigSettings = {}): Promise<RunServiceRig> {
  const {
    limits,
    nodeArguments,
    modelFolders = [],
    imageFolders = [],
    results,
    injectedFailure,
    redis,
    times,
    ca,
    ...options
  } = settings;
  const { remoteWorkers = 1, ...others } = options;
  const store = await openStore(folder);
  const worker = {
    config: {
      blobsFolder: blobsFolderOf(folder),
      modelFolders,
      imageFolders,
      cacheBytes: 100e6,
      devNodes: true,
      ...(results === undefined ? {} : { results }),
      ...(injectedFailure === undefined ? {} : { injectedFailure }),
    },
    ...(limits === undefined ? {} : { limits }),
    ...(nodeArguments === undefined ? {} : { nodeArguments }),
  };
  const notices: string[] = [];
  const queue = redis && testQueue(redis, { ...(times && { times }), ...(ca !== undefined && { ca }) });
  const remote = Array.from({ length: redis === undefined ? 0 : remoteWorkers }, () =>
    startTestWorker(redis ?? { url: '' }, worker, queue),
  );
  const bus = createEventBus({ startSeq: nextStartSeq(store.settings) });
  const events: ServerEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const service = createRunService({
    store,
    catalog: () => DEV_CATALOG,
    events: bus,
    clock: systemClock,
    historyRuns: 1e6,
    onResultTrouble: () => {},
    onSweepError(error) {
      throw error;
    },
    maxQueued: 1000,
    ...others,
    place:
      queue === undefined
        ? embeddedPlace(worker)
        : bullmqPlace({ ...queue, server: folder, onNotice: (words) => notices.push(words) }),
  });

  let isClosed = false;
  return {
    store,
    service,
    bus,
    events,
    notices,
    untilEvent: (fits) => eventThat(fits, { events, bus }),
    async until(id, ...states) {
      const wanted = states.length === 0 ? TERMINAL : states;
      if (!wanted.includes(service.read(id).state)) {
        await untilNew(
          bus,
          (event) => event.type === 'run-changed' && event.run.id === id && wanted.includes(event.run.state),
        );
      }
      return service.read(id);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await service.close();
      await Promise.all(remote.map((one) => one.close()));
      store.close();
    },
  };
}

/** The rig as the running test sees it that shares it with others: with the events from now on. */
export function fromNowOn<Rig extends RunServiceRig>(rig: Rig): Rig {
  const events: ServerEvent[] = [];
  onTestFinished(rig.bus.subscribe((event) => events.push(event)));
  return { ...rig, events, untilEvent: (fits) => eventThat(fits, { events, bus: rig.bus }) };
}

/** @returns the first of the events so far that fits, or else the first that comes */
function eventThat(
  fits: (event: ServerEvent) => boolean,
  { events, bus }: Pick<RunServiceRig, 'events' | 'bus'>,
): Promise<ServerEvent> {
  const known = events.find(fits);
  if (known !== undefined) return Promise.resolve(known);
  return new Promise((resolve) => {
    const unsubscribe = bus.subscribe((event) => {
      if (!fits(event)) return;
      unsubscribe();
      resolve(event);
    });
  });
}

function untilNew(bus: EventBus, fits: (event: ServerEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = bus.subscribe((event) => {
      if (!fits(event)) return;
      unsubscribe();
      resolve();
    });
  });
}

/** A workflow of one dev node. */
export function devWorkflow(type: string, params: Readonly<Record<string, unknown>> = {}): Workflow {
  return { format: 'unclip-workflow', version: 1, nodes: { node: { type, params } } };
}

/** A constant and additions, each reading the one before. */
export function devChain(length: number, last = 1): Workflow {
  const nodes: Record<string, Workflow['nodes'][string]> = { n0: { type: 'DevConstant', params: { value: 1 } } };
  for (let i = 1; i < length; i++) {
    const plus = i === length - 1 ? last : 1;
    nodes[`n${i}`] = { type: 'DevAdd', inputs: { value: `n${i - 1}.value` }, params: { plus } };
  }
  return { format: 'unclip-workflow', version: 1, nodes };
}

/** Whether a process of that id runs; one that has ended and was not yet waited for does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const { readFile } = await import('node:fs/promises');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) Z/s.test(stat);
  } catch {
    return false;
  }
}

/** Looks every few milliseconds until it is so, for at most `limitMs`. */
export async function waitUntil(isSo: () => boolean | Promise<boolean>, limitMs = 5_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not so within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
