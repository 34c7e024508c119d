import { ApiError } from '@unclip-studio/client';
import type { Workflow } from '@unclip-studio/graph-core';
import type { RunsApi, StartRequest } from '../../api/runs.js';
import { advanceSeeds, hasSeed, renewSeeds } from '../../document/commands/seeds.js';
import { texts } from '../../messages/texts.js';
import { goToNextProblem, type SessionCore } from '../core.js';
import { freshRuns, withSeedsRaised } from './batch.js';
import type { RunFollower } from './run-follower.js';
import { atNode, noticeOf } from './runner-state.js';

export interface RunnerParts {
  readonly client: RunsApi;
  readonly follower: RunFollower;
  /** Why no run can be started now, for the user; `undefined` if one can. */
  readonly whyNot: () => string | undefined;
}

export interface RunOptions {
  readonly repeats?: boolean;
  readonly count?: number;
}

/** Starts and cancels runs of the open document. */
export class Runner {
  readonly follower: RunFollower;
  readonly client: RunsApi;
  readonly #session: SessionCore;
  readonly #whyNot: () => string | undefined;

  constructor(session: SessionCore, { client, follower, whyNot }: RunnerParts) {
    this.#session = session;
    this.client = client;
    this.follower = follower;
    this.#whyNot = whyNot;
  }

  get state() {
    return this.follower.state;
  }

  /**
   * Runs the document; what would only save the same images again is told instead.
   *
   * @param targets the nodes to run to; left out: the workflow's own targets
   * @param options `repeats`: also what would only save the same images again; `count`: how many runs, each with the next seeds
   * @returns whether they were started
   */
  async run(targets?: readonly string[], options: RunOptions = {}): Promise<boolean> {
    const { store, catalog, ui } = this.#session;
    const definitionOf = (type: string) => catalog.types.get(type);
    if (!this.#isReady() || !this.#isRunnable()) return false;
    advanceSeeds(store, definitionOf);
    const { repeats = false, count: batchCount = this.state.getState().batchCount } = options;
    const { whole } = store;
    const canDiffer = Object.values(whole.nodes).some(({ type }) => hasSeed(definitionOf(type)));
    const isKnown = (workflow: Workflow) => !repeats && this.follower.wouldRepeat(workflow, targets);
    // One run is asked about; of several, those that the page has made already are passed over.
    if (isKnown(whole) && (batchCount === 1 || !canDiffer)) {
      this.follower.notify({ message: texts.run.repeats, isRefusal: true, repeat: { targets, canDiffer } });
      return false;
    }
    const count = canDiffer || repeats ? batchCount : 1;
    const fresh = freshRuns({ count, seedsRaised: (by) => withSeedsRaised(whole, by, definitionOf), isKnown });
    for (const workflow of fresh) {
      if (!(await this.#start({ workflow, ...(targets && { targets }) }, whole.nodes))) return false;
    }
    // A run may have ended before the answer to its start; its end is said already.
    const { own, notice } = this.state.getState();
    if (own.length > 0 && notice === undefined) {
      ui.setState({ message: count < batchCount ? texts.run.startedOne : texts.run.started(count) });
    }
    return true;
  }

  /** Runs the document with new seeds, for different images. */
  async runWithNewSeeds(targets?: readonly string[]): Promise<boolean> {
    if (!this.#isReady() || !this.#isRunnable()) return false;
    renewSeeds(this.#session.store, (type) => this.#session.catalog.types.get(type));
    return this.run(targets);
  }

  /** Runs with new seeds, and again after each run, until `cancel`, or until a run fails or cannot be started. */
  async repeat(): Promise<void> {
    this.state.setState({ isRepeating: true });
    if (!(await this.runWithNewSeeds())) this.state.setState({ isRepeating: false });
    else if (this.state.getState().isRepeating) this.#session.ui.setState({ message: texts.run.repeating });
  }

  /** One run of a workflow other than the current document: the result of a form. */
  async runWorkflow(workflow: Workflow): Promise<void> {
    if (!this.#isReady()) return;
    await this.#start({ workflow }, workflow.nodes);
  }

  /** One run of the current document, its seeds unchanged, replacing this page's active run. */
  async runAnew(): Promise<void> {
    const { store, problems } = this.#session;
    problems.refresh();
    if (problems.all.length > 0) return;
    await this.cancel();
    await this.#start({ workflow: store.whole }, store.whole.nodes);
  }

  /** Cancels what this page has started. */
  async cancel(): Promise<void> {
    this.state.setState({ isRepeating: false });
    // From the end, so that none of the waiting ones is started meanwhile.
    for (const id of [...this.state.getState().own].reverse()) await this.client.cancel(id).catch(() => undefined);
  }

  async retry(id: string): Promise<void> {
    this.follower.expect();
    try {
      const nodes = await this.follower.nodesOf(id);
      this.follower.own(await this.client.retry(id), nodes);
    } catch (error) {
      this.follower.notify(noticeOf(error));
    } finally {
      this.state.setState({ isStarting: false });
    }
  }

  async #start(request: StartRequest, nodes: Workflow['nodes']): Promise<boolean> {
    this.follower.expect();
    try {
      const run = await this.client.start(request, newKey());
      this.follower.own(run, nodes, request);
      const [warning] = run.warnings ?? [];
      if (warning !== undefined) this.follower.warn(run.warnings ?? []);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || !this.follower.refuse(error.diagnostics)) {
        this.follower.notify(noticeOf(error));
      }
      return false;
    } finally {
      this.state.setState({ isStarting: false });
    }
  }

  /** Says why nothing can be started now, if something prevents it. */
  #isReady(): boolean {
    const { isStarting } = this.state.getState();
    // The answer to the last press is not here yet; it comes in a moment.
    if (isStarting) return false;
    const [refused] = Object.values(this.#session.ui.getState().refusedFields);
    const message = refused === undefined ? this.#whyNot() : texts.run.fieldRefused(refused);
    if (message !== undefined) this.follower.notify({ message, isRefusal: true });
    return message === undefined;
  }

  /** Shows the first problem instead of running, if there is one. */
  #isRunnable(): boolean {
    const { problems, store, ui } = this.#session;
    problems.showAll();
    const [problem] = problems.all;
    if (problem !== undefined) {
      const message = texts.run.refused(problems.all.length, problem.message);
      this.follower.notify({ message, isRefusal: true, ...atNode(problem.nodes[0]) });
      ui.setState({ selection: new Set() });
      goToNextProblem(this.#session);
      return false;
    }
    if (Object.keys(store.whole.nodes).length > 0) return true;
    this.follower.notify({ message: texts.run.nothingToRun, isRefusal: true });
    return false;
  }
}

/** Names one press of the button, so that a start which is sent twice is done once. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
