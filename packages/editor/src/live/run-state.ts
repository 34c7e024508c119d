import type { Workflow } from '@unclip-studio/graph-core';
import type { OutputRecord, RunDetail, ServerEvent } from '@unclip-studio/protocol';
import { describeRunError, describeSaid } from '../messages/describe.js';
import { createRunGroups, type NodeRunState } from './run-groups.js';
import { staleNodes } from './stale-nodes.js';

/** The run states of all nodes, separated by node, so that one event re-renders one card. */
export interface RunStateStore {
  get(node: string): NodeRunState;
  /** The run that is shown. */
  readonly runId: string | undefined;
  /**
   * Shows another run from its start; events of other runs are then ignored. The outputs of the previous run stay,
   * marked as out of date, until this one has replaced them, or has succeeded.
   *
   * @param nodes the nodes as the run was started with them, to determine later what has changed since
   */
  follow(runId: string, nodes: Workflow['nodes']): void;
  /** Applies one event of the server; those of other runs and kinds change nothing. */
  apply(event: ServerEvent): void;
  /** Takes in all that is known of the followed run, as after a reconnect. */
  restore(run: RunDetail): void;
  /** Compares with the nodes of the last `follow`, and marks the changes. */
  compare(nodes: Workflow['nodes']): void;
  /** Forgets everything, as when another workflow is opened. */
  clear(): void;
  /** Calls back when the state of this node has changed. */
  subscribe(node: string, listener: () => void): () => void;
  /** Calls back when the state of any node has changed. */
  subscribeAll(listener: () => void): () => void;
}

const IDLE: NodeRunState = { state: 'idle', outputs: [], isStale: false };

export function createRunState(): RunStateStore {
  let runId: string | undefined;
  let ranWith: Workflow['nodes'] = {};
  let stale: ReadonlySet<string> = new Set();
  /** What the run was started with already, such as the values of a form: no change since. */
  let staleAtStart: ReadonlySet<string> = new Set();
  const states = new Map<string, NodeRunState>();
  const listeners = new Map<string, Set<() => void>>();
  const listenersToAll = new Set<() => void>();

  const groups = createRunGroups();
  /** Of cards with several nodes, computed on demand. */
  const sums = new Map<string, NodeRunState>();

  function set(node: string, change: Partial<NodeRunState>): void {
    const before = states.get(node);
    const now = { ...(before ?? IDLE), ...change };
    states.set(node, now);
    tell(node);
    for (const card of groups.change(node, before, now)) tell(card);
  }

  function tell(node: string): void {
    sums.delete(node);
    for (const listener of [...(listeners.get(node) ?? [])]) listener();
    for (const listener of [...listenersToAll]) listener();
  }

  function get(node: string): NodeRunState {
    const known = sums.get(node);
    if (known !== undefined) return known;
    const own = states.get(node) ?? IDLE;
    const sum = groups.sum(node, (member) => states.get(member));
    // The event of a sweep or a list itself comes after its copies, and gives the state of all of it.
    if (sum === undefined || own.state !== 'idle') return own;
    const shown = { ...sum, isStale: own.isStale };
    sums.set(node, shown);
    return shown;
  }

  function reset(nodes: Iterable<string>, state: NodeRunState): void {
    for (const node of nodes) {
      for (const card of groups.change(node, states.get(node), undefined)) tell(card);
      states.delete(node);
      if (node.includes('/') || node.includes('@')) tell(node);
      else set(node, state);
    }
  }

  function addOutputs(outputs: readonly OutputRecord[]): void {
    for (const output of outputs) {
      // The first of a run takes the place of what the run before left in sight.
      const others = (states.get(output.node)?.outputs ?? []).filter(
        ({ id, runId: from }) => id !== output.id && from === output.runId,
      );
      set(output.node, {
        outputs: [...others, output].sort((a, b) => a.index - b.index),
        isStale: stale.has(output.node) && !staleAtStart.has(output.node),
      });
    }
  }

  /** Takes away what the run before has left in sight. */
  function dropOlder(): void {
    for (const [node, { outputs }] of [...states]) {
      const own = outputs.filter((output) => output.runId === runId);
      if (own.length < outputs.length) set(node, { outputs: own, isStale: false });
    }
  }

  /** What stays in sight of a node until the run has made something else there. */
  function keptOf(node: string): Partial<NodeRunState> {
    const { outputs = [] } = states.get(node) ?? {};
    return outputs.length === 0 ? {} : { outputs, isStale: true };
  }

  /** After a run has ended, no one waits for it. */
  function settle(): void {
    for (const [node, { state }] of [...states]) {
      if (state === 'queued' || state === 'running') set(node, { state: 'idle' });
    }
  }

  function applyToRun(event: ServerEvent): void {
    switch (event.type) {
      case 'run-changed':
        if (event.run.state !== 'queued' && event.run.state !== 'running') settle();
        addOutputs(event.run.outputs);
        if (event.run.state === 'succeeded') dropOlder();
        break;
      case 'run-started':
        staleAtStart = stale;
        for (const node of event.nodes) set(node, { ...IDLE, ...keptOf(node), state: 'queued' });
        break;
      case 'nodes-cached':
        for (const node of event.nodes) set(node, { state: 'cached' });
        break;
      case 'nodes-started':
        for (const node of event.nodes) set(node, { state: 'running' });
        break;
      case 'node-progress':
        set(event.node, { state: 'running', step: event.step, steps: event.steps });
        break;
      case 'nodes-finished':
        for (const [node, durationMs] of Object.entries(event.durationsMs)) {
          set(node, { state: 'finished', durationMs });
        }
        break;
      case 'node-failed':
        set(event.node, { state: 'failed', durationMs: event.durationMs, message: describeSaid(event) });
        break;
      case 'outputs-made':
        addOutputs(event.outputs);
        break;
      default:
        // The other kinds concern the queue and the library, not the nodes.
        break;
    }
  }

  return {
    get,
    get runId() {
      return runId;
    },
    follow(id, nodes) {
      runId = id;
      ranWith = nodes;
      stale = new Set();
      // The displayed results stay until the run begins: it may be rejected, or wait for long.
      for (const [node, { outputs }] of [...states]) {
        if (outputs.length === 0) reset([node], IDLE);
        else set(node, { ...IDLE, outputs, isStale: true });
      }
    },
    apply(event) {
      if (runId !== undefined && runOf(event) === runId) applyToRun(event);
    },
    restore(run) {
      if (run.id !== runId) return;
      if (run.state === 'succeeded') dropOlder();
      for (const [node, status] of Object.entries(run.nodes)) {
        const message = run.error?.node === node ? describeRunError(run.error) : undefined;
        set(node, { ...IDLE, ...keptOf(node), ...status, ...(message !== undefined && { message }) });
      }
      addOutputs(run.outputs);
    },
    compare(nodes) {
      const now = runId === undefined ? new Set<string>() : staleNodes(ranWith, nodes);
      const changed = [...new Set([...stale, ...now])].filter((node) => stale.has(node) !== now.has(node));
      stale = now;
      for (const node of changed) set(node, { isStale: now.has(node) });
    },
    clear() {
      runId = undefined;
      stale = new Set();
      reset([...states.keys()], IDLE);
    },
    subscribeAll(listener) {
      listenersToAll.add(listener);
      return () => {
        listenersToAll.delete(listener);
      };
    },
    subscribe(node, listener) {
      const others = listeners.get(node) ?? new Set();
      listeners.set(node, others.add(listener));
      return () => {
        others.delete(listener);
      };
    },
  };
}

/** The run that an event is about. */
export function runOf(event: ServerEvent): string | undefined {
  return 'runId' in event ? event.runId : 'run' in event ? event.run.id : undefined;
}
