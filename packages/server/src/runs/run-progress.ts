import type { NodeStatus, OutputRecord, RunEventBatch, ServerEventBody } from '@unclip-studio/protocol';

/** What is known of the nodes of a run under way, and what of it has not been told yet. */
export interface RunProgress {
  apply(batch: RunEventBatch, outputs: readonly OutputRecord[]): void;
  /** All nodes that have begun or were cached. */
  nodes(): Readonly<Record<string, NodeStatus>>;
  /** A node that is under way; if several are, the one that began last. */
  currentNode(): string | undefined;
  failure(): RunEventBatch['failed'];
  /** Events for everything applied since the last call; of each node only how it stands now. */
  takeEvents(): readonly ServerEventBody[];
}

export function createRunProgress(runId: string): RunProgress {
  const nodes = new Map<string, NodeStatus>();
  let isPlanned = false;
  let failure: RunEventBatch['failed'];
  let untold = nothingUntold();

  return {
    apply(batch, outputs) {
      if (batch.planned !== undefined && !isPlanned) {
        isPlanned = true;
        untold.planned = batch.planned;
      }
      for (const node of batch.cached) {
        // A part of the run has made it, and another one has read it.
        if (nodes.get(node)?.state === 'finished') continue;
        nodes.set(node, { state: 'cached' });
        untold.cached.push(node);
      }
      for (const node of batch.started) {
        nodes.set(node, { state: 'running' });
        untold.started.add(node);
      }
      for (const { node, step, steps } of batch.progress) {
        nodes.set(node, { state: 'running', step, steps });
        untold.progress.set(node, { step, steps });
      }
      for (const { node, durationMs } of batch.finished) {
        nodes.set(node, { state: 'finished', durationMs: round(durationMs) });
        untold.finished.set(node, round(durationMs));
        untold.started.delete(node);
        untold.progress.delete(node);
      }
      if (batch.failed !== undefined) {
        const { node, durationMs } = batch.failed;
        failure ??= batch.failed;
        nodes.set(node, { state: 'failed', durationMs: round(durationMs) });
        untold.failed ??= batch.failed;
      }
      untold.outputs.push(...outputs);
    },
    nodes: () => Object.fromEntries(nodes),
    currentNode() {
      const running = [...nodes].filter(([, status]) => status.state === 'running');
      return running.at(-1)?.[0];
    },
    failure: () => failure,
    takeEvents() {
      const events = [...toEvents(runId, untold)];
      untold = nothingUntold();
      return events;
    },
  };
}

interface Untold {
  planned: readonly string[] | undefined;
  readonly cached: string[];
  readonly started: Set<string>;
  readonly progress: Map<string, { readonly step: number; readonly steps: number }>;
  readonly finished: Map<string, number>;
  failed: RunEventBatch['failed'];
  readonly outputs: OutputRecord[];
}

function nothingUntold(): Untold {
  return {
    planned: undefined,
    cached: [],
    started: new Set(),
    progress: new Map(),
    finished: new Map(),
    failed: undefined,
    outputs: [],
  };
}

function* toEvents(runId: string, untold: Untold): Iterable<ServerEventBody> {
  const { planned, cached, started, progress, finished, failed, outputs } = untold;
  if (planned !== undefined) yield { type: 'run-started', runId, nodes: planned };
  if (cached.length > 0) yield { type: 'nodes-cached', runId, nodes: cached };
  if (finished.size > 0) yield { type: 'nodes-finished', runId, durationsMs: Object.fromEntries(finished) };
  if (outputs.length > 0) yield { type: 'outputs-made', runId, outputs };
  if (started.size > 0) yield { type: 'nodes-started', runId, nodes: [...started] };
  for (const [node, { step, steps }] of progress) yield { type: 'node-progress', runId, node, step, steps };
  if (failed !== undefined) {
    const { node, durationMs, message } = failed;
    yield { type: 'node-failed', runId, node, durationMs: round(durationMs), message };
  }
}

// Hundredths of a millisecond are noise, and would be most of the bytes of an event.
function round(durationMs: number): number {
  return Number(durationMs.toFixed(1));
}
