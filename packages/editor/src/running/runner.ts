import type {
  RunDetail,
  RunForecast,
  RunRecord,
  ServerEvent,
  ServerSnapshot,
  Workflow,
} from '@unclip-studio/graph-core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { goToNextProblem } from '../actions/view-actions.js';
import type { EditorSession } from '../app/session.js';
import { advanceSeeds } from '../document/commands/seeds.js';
import { panelStrings } from '../panels/strings.js';
import { withSeedsRaised } from './batch.js';
import { rememberedShownRun, rememberShownRun } from './own-runs.js';
import { createQueueStore, type QueueStore, queueAfter, queueFromSnapshot } from './queue-state.js';
import { type RunClient, RunRefused } from './run-client.js';
import { beginProgress, progressAfter, type RunProgress, resumeProgress } from './run-progress.js';

/** Something the user should know and may act on, above the canvas. */
export interface RunNotice {
  readonly message: string;
  /** The node it is about. */
  readonly node?: string;
  /** The run that may be tried again. */
  readonly retry?: string;
}

export interface RunnerState {
  /** How many runs one press of Run starts. */
  readonly batchCount: number;
  readonly isLive: boolean;
  /** A start was asked for and not yet answered. */
  readonly isStarting: boolean;
  readonly forecast: RunForecast | undefined;
  readonly progress: RunProgress | undefined;
  /** The runs that this page started and that have not ended, next first. */
  readonly own: readonly string[];
  readonly notice: RunNotice | undefined;
}

/** Starts runs of the open document, and leads what the server tells of them to the cards. */
export interface Runner {
  readonly state: StoreApi<RunnerState>;
  readonly queue: QueueStore;
  readonly client: RunClient;
  /** @param targets the nodes to run to; left out: the workflow's own targets */
  run(targets?: readonly string[]): Promise<void>;
  /** One run of the document as it stands, its seeds untouched, in the place of what this page has under way. */
  runAnew(): Promise<void>;
  /** Cancels what this page has started. */
  cancel(): Promise<void>;
  retry(run: string): Promise<void>;
  takeEvents(events: readonly ServerEvent[]): void;
  takeSnapshot(snapshot: ServerSnapshot): void;
  /** Shows a run from what the server knows of it. */
  resume(run: string): Promise<void>;
  /** Forgets the runs of a document that is no longer open. */
  forget(): void;
}

export function createRunner(session: EditorSession, client: RunClient): Runner {
  const { store, catalog, ui, runState, previews, problems } = session;
  const queue = createQueueStore();
  const state = createStore<RunnerState>(() => ({
    batchCount: 1,
    isLive: false,
    isStarting: false,
    forecast: undefined,
    progress: undefined,
    own: [],
    notice: undefined,
  }));
  /** The workflow of each run of ours, to tell later what has changed since. */
  const ranWith = new Map<string, Workflow['nodes']>();
  /** Events that came while a start was not answered yet: the run in them may be ours. */
  let early: ServerEvent[] = [];
  let isResumed = false;

  async function run(targets?: readonly string[]): Promise<void> {
    if (!isRunnable(targets)) return;
    advanceSeeds(store, (type) => catalog.types.get(type));
    const { batchCount } = state.getState();
    const base = store.document;
    for (let i = 0; i < batchCount; i++) {
      const workflow = withSeedsRaised(base, i, (type) => catalog.types.get(type));
      if (!(await start({ workflow, ...(targets && { targets }) }, base.nodes))) return;
    }
    ui.setState({ message: panelStrings.run.started(batchCount) });
  }

  async function runAnew(): Promise<void> {
    problems.refresh();
    if (problems.all.length > 0 || store.isReadOnly) return;
    await cancel();
    await start({ workflow: store.document }, store.document.nodes);
  }

  /** Shows the first problem instead of running, if there is one. */
  function isRunnable(targets: readonly string[] | undefined): boolean {
    problems.refresh();
    const [problem] = problems.all;
    if (problem === undefined) {
      if (Object.keys(store.document.nodes).length > 0 || targets !== undefined) return true;
      notify({ message: panelStrings.run.nothingToRun });
      return false;
    }
    notify({ message: panelStrings.run.refused(problems.all.length, problem.message), ...atNode(problem.nodes[0]) });
    ui.setState({ selection: new Set() });
    goToNextProblem(session);
    return false;
  }

  async function start(request: { workflow: Workflow; targets?: readonly string[] }, nodes: Workflow['nodes']) {
    state.setState({ isStarting: true, notice: undefined });
    early = [];
    try {
      const record = await client.start(request, newKey());
      ranWith.set(record.id, nodes);
      const isFirst = state.getState().own.length === 0;
      queue.setState((now) =>
        now.runs[record.id] ? now : queueAfter(now, { type: 'run-queued', run: record, seq: 0 }),
      );
      state.setState(({ own }) => ({ own: [...own, record.id] }));
      if (isFirst) show(record.id);
      const missed = early;
      early = [];
      for (const event of missed) takeEvent(event);
      return true;
    } catch (error) {
      notify(noticeOf(error));
      return false;
    } finally {
      state.setState({ isStarting: false });
    }
  }

  function show(runId: string): void {
    previews.clear();
    runState.follow(runId, ranWith.get(runId) ?? store.document.nodes);
    runState.compare(store.document.nodes);
    rememberShownRun(runId);
    state.setState({ progress: undefined });
  }

  async function cancel(): Promise<void> {
    const { own } = state.getState();
    // From the back, so that none of those which wait is started meanwhile.
    for (const id of [...own].reverse()) await client.cancel(id).catch(() => undefined);
  }

  async function retry(id: string): Promise<void> {
    try {
      const nodes = ranWith.get(id) ?? (await client.readWorkflow(id)).nodes;
      const record = await client.retry(id);
      ranWith.set(record.id, nodes);
      state.setState(({ own }) => ({ own: [...own, record.id], notice: undefined }));
      show(record.id);
    } catch (error) {
      notify(noticeOf(error));
    }
  }

  function takeEvent(event: ServerEvent): void {
    const { progress, forecast, own } = state.getState();
    if (event.type === 'run-changed' && event.run.state === 'running' && own.includes(event.run.id)) {
      if (runState.runId !== event.run.id) show(event.run.id);
    }
    runState.apply(event);
    if (event.type === 'run-started' && event.runId === runState.runId) {
      state.setState({ progress: beginProgress(event.runId, event.nodes, forecast) });
    } else if (progress !== undefined) {
      state.setState({ progress: progressAfter(progress, event, Date.now()) });
    }
    if (event.type === 'run-changed' && isEnded(event.run) && own.includes(event.run.id)) end(event.run);
    if (event.type === 'status-changed') tellRestart(event);
  }

  function end(record: RunRecord): void {
    const { id, error, outputs } = record;
    state.setState(({ own, progress }) => ({
      own: own.filter((other) => other !== id),
      progress: progress?.runId === id ? undefined : progress,
    }));
    ui.setState({ message: panelStrings.run.ended(record.state, outputs.length) });
    if (record.state !== 'failed' || error === undefined) return;
    // A node that took its worker along never said that it failed.
    if (error.node !== undefined && runState.runId === id && runState.get(error.node).state !== 'failed') {
      runState.apply({
        type: 'node-failed',
        runId: id,
        node: error.node,
        durationMs: 0,
        message: error.message,
        seq: 0,
      });
    }
    notify({ message: error.message, ...atNode(error.node), retry: id });
  }

  function tellRestart({ status }: Extract<ServerEvent, { readonly type: 'status-changed' }>): void {
    const before = queue.getState().status?.worker.restarts ?? 0;
    if (status.worker.restarts > before) ui.setState({ message: panelStrings.run.workerRestarted });
  }

  function takeSnapshot(snapshot: ServerSnapshot): void {
    queue.setState(queueFromSnapshot(snapshot), true);
    const known = new Map([...snapshot.active, ...snapshot.recent].map((run) => [run.id, run]));
    for (const id of state.getState().own) {
      const record = known.get(id);
      if (record === undefined) state.setState(({ own }) => ({ own: own.filter((other) => other !== id) }));
      else if (isEnded(record) && id !== runState.runId) end(record);
    }
    const shown = runState.runId ?? (isResumed ? undefined : rememberedShownRun());
    isResumed = true;
    if (shown !== undefined) void catchUp(shown);
  }

  /** Asks for everything about the shown run: its events have been missed. */
  async function catchUp(id: string): Promise<void> {
    try {
      const detail = await client.read(id);
      if (!ranWith.has(id)) ranWith.set(id, (await client.readWorkflow(id)).nodes);
      if (runState.runId !== id) show(id);
      takeDetail(detail);
    } catch {
      // The server's data may have been removed; the page then shows what it has.
      rememberShownRun(undefined);
    }
  }

  function takeDetail(detail: RunDetail): void {
    runState.restore(detail);
    runState.compare(store.document.nodes);
    const isOver = isEnded(detail);
    if (!isOver) {
      const planned = Object.keys(ranWith.get(detail.id) ?? {});
      const resumed = detail.state === 'running' ? resumeProgress(detail, planned, Date.now()) : undefined;
      state.setState(({ own }) => ({ own: [...new Set([detail.id, ...own])], progress: resumed }));
      return;
    }
    // Nobody is left waiting for a run that ended while nobody looked.
    runState.apply({ type: 'run-changed', run: detail, seq: 0 });
    if (state.getState().own.includes(detail.id)) end(detail);
  }

  function notify(notice: RunNotice): void {
    state.setState({ notice });
    ui.setState({ message: notice.message });
  }

  return {
    state,
    queue,
    client,
    run,
    runAnew,
    cancel,
    retry,
    takeEvents(events) {
      if (state.getState().isStarting) early.push(...events);
      for (const event of events) {
        takeEvent(event);
        queue.setState((now) => queueAfter(now, event));
      }
    },
    takeSnapshot,
    resume: catchUp,
    forget() {
      rememberShownRun(undefined);
      state.setState({ own: [], progress: undefined, notice: undefined });
      previews.clear();
    },
  };
}

export function isEnded({ state }: RunRecord): boolean {
  return state !== 'queued' && state !== 'running';
}

function atNode(node: string | undefined): { readonly node?: string } {
  return node === undefined ? {} : { node };
}

/** What a refused start says, with the node it is about. */
function noticeOf(error: unknown): RunNotice {
  if (!(error instanceof RunRefused)) return { message: panelStrings.run.unreachable };
  const { message, errors } = error.refusal;
  const [first] = errors;
  const node = /^workflow\.nodes\.([A-Za-z0-9_-]+)/.exec(first?.path ?? '')?.[1];
  return { message: errors.length > 1 && first ? `${message} ${first.message}` : message, ...atNode(node) };
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
