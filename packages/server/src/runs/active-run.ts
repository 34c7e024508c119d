import { unreachable } from '@unclip-studio/graph-core';
import type { NodeStatus, OutputRecord, RunUpdate, ServerEventBody } from '@unclip-studio/protocol';
import type { StoredRun } from '../store/runs-table.js';

type Failure = Extract<RunUpdate, { readonly type: 'node-failed' }>;

/** The run that has the worker: from its claim until the worker reports its end or is lost. */
export interface ActiveRun {
  readonly run: StoredRun;
  /** Its state is terminal already, as after a cancel, though the worker still has to stop. */
  isOver: boolean;
  /** Its nodes have been reported. */
  isPlanned: boolean;
  /** @param outputs those of the updates, as listed */
  apply(updates: readonly RunUpdate[], outputs: readonly OutputRecord[]): void;
  /** All nodes that have begun or were cached. */
  nodes(): Readonly<Record<string, NodeStatus>>;
  /** A node that is under way; if several are, the one that began last. */
  currentNode(): string | undefined;
  /** The first one. */
  failure(): Failure | undefined;
}

/** @param before the same run, if it continues from there */
export function createActiveRun(
  run: StoredRun,
  publish: (event: ServerEventBody) => void,
  before?: ActiveRun,
): ActiveRun {
  const nodes = new Map<string, NodeStatus>(Object.entries(before?.nodes() ?? {}));
  let failure = before?.failure();
  const runId = run.id;

  /** @returns what to report about it */
  function toEvent(update: RunUpdate, outputs: readonly OutputRecord[]): ServerEventBody | undefined {
    switch (update.type) {
      case 'run-started': {
        const isFirst = !active.isPlanned;
        active.isPlanned = true;
        return isFirst ? { ...update, runId } : undefined;
      }
      case 'nodes-cached': {
        // One that a part of the run has made is read by another one.
        const cached = update.nodes.filter((node) => nodes.get(node)?.state !== 'finished');
        for (const node of cached) nodes.set(node, { state: 'cached' });
        return cached.length === 0 ? undefined : { ...update, nodes: cached, runId };
      }
      case 'nodes-started':
        for (const node of update.nodes) nodes.set(node, { state: 'running' });
        return { ...update, runId };
      case 'node-progress': {
        const { node, step, steps } = update;
        nodes.set(node, { state: 'running', step, steps });
        return { ...update, runId };
      }
      case 'nodes-finished':
        for (const [node, durationMs] of Object.entries(update.durationsMs)) {
          nodes.set(node, { state: 'finished', durationMs });
        }
        return { ...update, runId };
      case 'node-failed':
        failure ??= update;
        nodes.set(update.node, { state: 'failed', durationMs: update.durationMs });
        return { ...update, runId };
      case 'outputs-made':
        return outputs.length === 0 ? undefined : { type: 'outputs-made', runId, outputs: [...outputs] };
      default:
        return unreachable(update);
    }
  }

  const active: ActiveRun = {
    run,
    isOver: false,
    isPlanned: before?.isPlanned ?? false,
    apply(updates, outputs) {
      for (const update of active.isOver ? [] : updates) {
        const event = toEvent(update, outputs);
        if (event !== undefined) publish(event);
      }
    },
    nodes: () => Object.fromEntries(nodes),
    currentNode: () => [...nodes].filter(([, status]) => status.state === 'running').at(-1)?.[0],
    failure: () => failure,
  };
  return active;
}
