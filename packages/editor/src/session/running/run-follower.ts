import { canonicalJson, type Diagnostic, type Workflow } from '@unclip-studio/graph-core';
import type {
  RunDetail,
  RunRecord,
  RunWarning,
  ServerEvent,
  ServerSnapshot,
  WorkerStatus,
} from '@unclip-studio/protocol';
import type { RunsApi, StartRequest } from '../../api/runs.js';
import { toProblem } from '../../catalog/find-problems.js';
import { runOf } from '../../live/run-state.js';
import { describeRunError, describeSaid } from '../../messages/describe.js';
import { texts } from '../../messages/texts.js';
import { type SessionCore, showNode } from '../core.js';
import { createQueueStore, type QueueStore, queueAfter, queueFromSnapshot } from './queue-state.js';
import { beginProgress, progressAfter, resumeProgress } from './run-progress.js';
import {
  atNode,
  createRunnerStore,
  isEnded,
  type RunNotice,
  type RunnerStore,
  refusalNotice,
  warningNotice,
  warningsAtEnd,
} from './runner-state.js';

/** What is kept of the runs of a document that is put aside. */
export interface ParkedRuns {
  readonly shown: string | undefined;
  readonly own: readonly string[];
  /** See {@link RunFollower.wouldRepeat}. */
  readonly made?: ReadonlyMap<string, string>;
}

/** Applies the server's events about runs to the cards, the queue and the status bar. */
export class RunFollower {
  readonly state: RunnerStore = createRunnerStore();
  readonly queue: QueueStore = createQueueStore();
  readonly #session: SessionCore;
  readonly #client: RunsApi;
  /** The nodes of each of our runs as it was started, to determine later what has changed since. */
  readonly #ranWith = new Map<string, Workflow['nodes']>();
  /** Events that came while a start was not answered yet: the run in them may be ours. */
  #early: readonly ServerEvent[] = [];
  /** Events that arrived while the state of a run was requested: they may be newer than the answer. */
  readonly #sinceAsked = new Map<string, ServerEvent[]>();
  #isResumed = false;
  /** How many documents have been put away: an answer that was asked for one is not shown in the next. */
  #documents = 0;
  /** What the runs of this page made of the open document, by what they ran: meaning -> run. */
  readonly #made = new Map<string, string>();

  /** The words for a problem, with the titles of the cards. */
  readonly #describe = (problem: Diagnostic): string => {
    const { catalog, store } = this.#session;
    return toProblem(problem, { document: store.whole, catalog, scope: store.scope }).message;
  };

  constructor(session: SessionCore, client: RunsApi) {
    this.#session = session;
    this.#client = client;
  }

  takeEvents(events: readonly ServerEvent[]): void {
    if (this.state.getState().isStarting) this.#early = [...this.#early, ...events];
    for (const event of events) {
      for (const since of this.#sinceAsked.values()) since.push(event);
      this.#take(event);
      this.queue.setState((queue) => queueAfter(queue, event));
    }
  }

  takeSnapshot(snapshot: ServerSnapshot): void {
    const { runState } = this.#session;
    this.queue.setState(queueFromSnapshot(snapshot), true);
    const known = new Map([...snapshot.active, ...snapshot.recent].map((run) => [run.id, run]));
    for (const id of this.state.getState().own) {
      const record = known.get(id);
      if (record === undefined) this.#disown(id);
      else if (isEnded(record) && id !== runState.runId) this.#end(record);
    }
    const shown = runState.runId ?? (this.#isResumed ? undefined : rememberedShownRun());
    this.#isResumed = true;
    if (shown !== undefined) void this.resume(shown);
  }

  /** A start is about to be requested: from now on events are kept until `own`. */
  expect(): void {
    this.#early = [];
    this.#session.problems.report([]);
    this.state.setState({ isStarting: true, notice: undefined });
  }

  /** Takes a run for ours, and shows it unless an earlier one of ours is under way. */
  own(run: RunRecord, nodes: Workflow['nodes'], { workflow, targets }: Partial<StartRequest> = {}): void {
    const { id } = run;
    this.#ranWith.set(id, nodes);
    if (workflow !== undefined) this.#made.set(meaningOf(workflow, targets), id);
    if (this.#made.size > MAX_MADE) this.#made.delete(this.#made.keys().next().value ?? '');
    const isFirst = this.state.getState().own.length === 0;
    this.queue.setState((queue) => (queue.runs[id] ? queue : queueAfter(queue, { type: 'run-queued', run, seq: 0 })));
    this.state.setState(({ own }) => ({ own: [...own, id] }));
    if (isFirst) this.#show(id);
    const missed = this.#early;
    this.#early = [];
    for (const event of missed) this.#take(event);
  }

  /**
   * Whether a run would save what one of this page has saved: it was of the same nodes, has ended well, and its images
   * are still there.
   */
  wouldRepeat(workflow: Workflow, targets: readonly string[] | undefined): boolean {
    const id = this.#made.get(meaningOf(workflow, targets));
    const run = id === undefined ? undefined : this.queue.getState().runs[id];
    return run?.state === 'succeeded' && run.outputs.some(({ temporary }) => !temporary);
  }

  /** The nodes that a run was started with. */
  async nodesOf(id: string): Promise<Workflow['nodes']> {
    const known = this.#ranWith.get(id) ?? (await this.#client.readWorkflow(id)).nodes;
    this.#ranWith.set(id, known);
    return known;
  }

  /** Shows a run from what the server knows of it: its events have been missed. */
  async resume(id: string): Promise<void> {
    const { runState } = this.#session;
    const since: ServerEvent[] = [];
    const documents = this.#documents;
    this.#sinceAsked.set(id, since);
    try {
      const detail = await this.#client.read(id);
      await this.nodesOf(id);
      if (documents !== this.#documents) return;
      if (runState.runId !== id) this.#show(id);
      this.#takeDetail(detail);
    } catch {
      // The server's data may have been removed; the page then shows its own.
      if (documents === this.#documents) rememberShownRun(undefined);
      return;
    } finally {
      if (this.#sinceAsked.get(id) === since) this.#sinceAsked.delete(id);
    }
    for (const event of since) if (runOf(event) === id) this.#take(event);
  }

  notify(notice: RunNotice): void {
    this.state.setState({ notice });
    this.#session.ui.setState({ message: notice.message });
  }

  /** Says what a run warns of. */
  warn(warnings: readonly RunWarning[]): void {
    this.notify(warningNotice(warnings, this.#describe));
  }

  /**
   * Says what the server found wrong in the workflow, marks the cards and goes to the first.
   *
   * @param retry the run that may be tried again
   * @returns false if it found nothing
   */
  refuse(found: readonly Diagnostic[], retry?: string): boolean {
    if (found.length === 0) return false;
    const { problems } = this.#session;
    problems.report(found);
    const notice = refusalNotice(problems.reported);
    this.notify({ ...notice, ...(retry !== undefined && { retry }) });
    if (notice.node !== undefined) showNode(this.#session, notice.node);
    return true;
  }

  /** Takes away why nothing was started, since it may be otherwise now. */
  forgetRefusal(): void {
    const { notice } = this.state.getState();
    if (notice?.isRefusal !== true) return;
    this.state.setState({ notice: undefined });
    const { ui } = this.#session;
    if (ui.getState().message === notice.message) ui.setState({ message: '' });
  }

  /** The runs of a document that is put aside. */
  park(): ParkedRuns {
    return { shown: this.#session.runState.runId, own: this.state.getState().own, made: new Map(this.#made) };
  }

  /** Shows again what a document that was put aside has made meanwhile. */
  async takeUp({ shown, own, made = new Map() }: ParkedRuns): Promise<void> {
    const { runs } = this.queue.getState();
    this.#made.clear();
    for (const [meaning, id] of made) this.#made.set(meaning, id);
    this.state.setState({ own: own.filter((id) => runs[id] !== undefined && !isEnded(runs[id])) });
    // Of several that were queued, the last one that was begun.
    const begun = own.filter((id) => runs[id] !== undefined && runs[id].state !== 'queued');
    const id = begun.at(-1) ?? shown;
    if (id !== undefined) await this.resume(id);
  }

  /** Forgets the runs of a document that is no longer open. */
  forget(): void {
    this.#documents++;
    rememberShownRun(undefined);
    this.#made.clear();
    this.state.setState({ own: [], progress: undefined, notice: undefined, isRepeating: false });
    this.#session.previews.clear();
  }

  #take(event: ServerEvent): void {
    const { runState } = this.#session;
    const { own, progress, forecast } = this.state.getState();
    const isOwn = event.type === 'run-changed' && own.includes(event.run.id);
    // The next run of a batch takes the place of the one before.
    if (isOwn && event.run.state === 'running' && runState.runId !== event.run.id) this.#show(event.run.id);
    runState.apply(event);
    if (event.type === 'run-started' && event.runId === runState.runId) {
      this.state.setState({ progress: beginProgress(event.runId, event.nodes, forecast) });
    } else if (progress !== undefined) {
      this.state.setState({ progress: progressAfter(progress, event, Date.now()) });
    }
    if (isOwn && isEnded(event.run)) this.#end(event.run);
    if (event.type === 'status-changed') {
      this.#tellRestart(event.status.worker.restarts);
      this.#tellNotice(event.status.worker.notice);
    }
  }

  #show(id: string): void {
    const { previews, runState, store } = this.#session;
    previews.clear();
    runState.follow(id, this.#ranWith.get(id) ?? store.whole.nodes);
    runState.compare(store.whole.nodes);
    rememberShownRun(id);
    this.state.setState({ progress: undefined });
  }

  #takeDetail(detail: RunDetail): void {
    const { runState, store } = this.#session;
    runState.restore(detail);
    runState.compare(store.whole.nodes);
    if (isEnded(detail)) {
      // For a run that ended unnoticed, nothing waits any more.
      runState.apply({ type: 'run-changed', run: detail, seq: 0 });
      if (this.state.getState().own.includes(detail.id)) this.#end(detail);
      return;
    }
    const planned = Object.keys(this.#ranWith.get(detail.id) ?? {});
    const progress = detail.state === 'running' ? resumeProgress(detail, planned, Date.now()) : undefined;
    this.state.setState(({ own }) => ({ own: [...new Set([detail.id, ...own])], progress }));
  }

  #end(run: RunRecord): void {
    const { id, state, error, outputs } = run;
    const { runState, ui } = this.#session;
    this.#disown(id);
    ui.setState({ message: texts.run.ended(state, outputs.length) });
    const warnings = warningsAtEnd(run);
    if (warnings.length > 0) this.warn(warnings);
    if (state !== 'failed' || error === undefined) return;
    // While it waited, the user may have changed what was wrong.
    const isUnchanged = this.#session.store.whole.nodes === this.#ranWith.get(id);
    if (isUnchanged && this.refuse(error.diagnostics ?? [], id)) return;
    const { node } = error;
    const message = describeRunError(error, this.#describe);
    // A node that took its worker along never said that it failed.
    if (node !== undefined && runState.runId === id && runState.get(node).state !== 'failed') {
      runState.apply({ type: 'node-failed', runId: id, node, durationMs: 0, message, seq: 0 });
    }
    this.notify({ message, ...atNode(node), retry: id });
  }

  #disown(id: string): void {
    this.state.setState(({ own, progress }) => ({
      own: own.filter((other) => other !== id),
      progress: progress?.runId === id ? undefined : progress,
    }));
  }

  /** A device failed or memory ran out: the run continues, but maybe not as the user expects. */
  #tellNotice(notice: WorkerStatus['notice']): void {
    const before = this.queue.getState().status?.worker.notice;
    if (notice !== undefined && notice.at !== before?.at) {
      this.#session.ui.setState({ message: describeSaid({ message: notice.words, because: notice.because }) });
    }
  }

  #tellRestart(restarts: number): void {
    const before = this.queue.getState().status?.worker.restarts ?? 0;
    if (restarts > before) this.#session.ui.setState({ message: texts.run.workerRestarted });
  }
}

// A workflow may be megabytes, and nobody remembers more runs than this either.
const MAX_MADE = 32;

/** What affects the result of a run; titles, modes of seeds and positions do not. */
function meaningOf({ nodes, subgraphs }: Workflow, targets: readonly string[] = []): string {
  const bare = (own: Workflow['nodes']) =>
    Object.fromEntries(Object.entries(own).map(([id, { title: _, ...node }]) => [id, node]));
  const inside = Object.entries(subgraphs ?? {}).map(([name, body]) => [name, bare(body.nodes)] as const);
  return canonicalJson({ nodes: bare(nodes), subgraphs: Object.fromEntries(inside), targets: [...targets].sort() });
}

const KEY = 'unclip-shown-run';

/** The run that this tab shows, kept over a reload of the page. */
function rememberShownRun(runId: string | undefined): void {
  try {
    if (runId === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, runId);
  } catch {
    // A page without access to storage starts over after a reload.
  }
}

function rememberedShownRun(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
