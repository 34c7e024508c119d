import { type RunEvent, type RunOutput, unreachable } from '@unclip-studio/graph-core';
import type { NewOutput, RunUpdate } from '@unclip-studio/protocol';

/** Collects what happens in a run, so that what happens in one turn of the event loop costs one message. */
export interface RunUpdates {
  add(update: RunUpdate): void;
  isEmpty(): boolean;
  /** Everything since the last call; for each node only its current state. */
  take(): readonly RunUpdate[];
}

/** @param toNewOutput completes what a node published */
export function toRunUpdates(
  event: RunEvent,
  toNewOutput: (node: string, output: RunOutput, index: number) => NewOutput,
): readonly RunUpdate[] {
  const made = (node: string, outputs: readonly RunOutput[]): readonly RunUpdate[] =>
    outputs.length === 0
      ? []
      : [{ type: 'outputs-made', outputs: outputs.map((output, index) => toNewOutput(node, output, index)) }];
  switch (event.type) {
    case 'run-started':
      return [{ type: 'run-started', nodes: [...event.nodes] }];
    case 'node-cached':
      return [{ type: 'nodes-cached', nodes: [event.node] }, ...made(event.node, event.outputs)];
    case 'node-started':
      return [{ type: 'nodes-started', nodes: [event.node] }];
    case 'node-progress':
    case 'node-failed':
      return [event];
    case 'node-finished':
      return [
        { type: 'nodes-finished', durationsMs: { [event.node]: event.durationMs } },
        ...made(event.node, event.outputs),
      ];
    case 'run-finished':
      // The report says it.
      return [];
    default:
      return unreachable(event);
  }
}

export function createRunUpdates(): RunUpdates {
  let all = nothing();
  let isEmpty = true;
  return {
    add(update) {
      isEmpty = false;
      note(all, update);
    },
    isEmpty: () => isEmpty,
    take() {
      const taken = [...inOrder(all)];
      all = nothing();
      isEmpty = true;
      return taken;
    },
  };
}

/** Several tellings as one. */
export function mergeUpdates(...tellings: readonly (readonly RunUpdate[])[]): readonly RunUpdate[] {
  const updates = createRunUpdates();
  for (const update of tellings.flat()) updates.add(update);
  return updates.take();
}

type Update<Type extends RunUpdate['type']> = Extract<RunUpdate, { readonly type: Type }>;

interface Collected {
  planned: readonly string[] | undefined;
  readonly cached: string[];
  readonly started: Set<string>;
  readonly progress: Map<string, Update<'node-progress'>>;
  readonly finished: Map<string, number>;
  failed: Update<'node-failed'> | undefined;
  readonly outputs: NewOutput[];
}

function nothing(): Collected {
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

function note(all: Collected, update: RunUpdate): void {
  switch (update.type) {
    case 'run-started':
      all.planned ??= update.nodes;
      break;
    case 'nodes-cached':
      all.cached.push(...update.nodes);
      break;
    case 'nodes-started':
      for (const node of update.nodes) all.started.add(node);
      break;
    case 'node-progress':
      all.progress.set(update.node, update);
      break;
    case 'nodes-finished':
      for (const [node, durationMs] of Object.entries(update.durationsMs)) {
        all.finished.set(node, round(durationMs));
        all.started.delete(node);
        all.progress.delete(node);
      }
      break;
    case 'node-failed':
      // Nodes under way at a failure may fail too; the first one is the reason.
      all.failed ??= { ...update, durationMs: round(update.durationMs) };
      break;
    case 'outputs-made':
      all.outputs.push(...update.outputs);
      break;
    default:
      unreachable(update);
  }
}

function* inOrder({ planned, cached, started, progress, finished, failed, outputs }: Collected): Iterable<RunUpdate> {
  if (planned !== undefined) yield { type: 'run-started', nodes: [...planned] };
  if (cached.length > 0) yield { type: 'nodes-cached', nodes: cached };
  if (finished.size > 0) yield { type: 'nodes-finished', durationsMs: Object.fromEntries(finished) };
  if (outputs.length > 0) yield { type: 'outputs-made', outputs };
  if (started.size > 0) yield { type: 'nodes-started', nodes: [...started] };
  yield* progress.values();
  if (failed !== undefined) yield failed;
}

// Hundredths of a millisecond are noise, and would be most of the bytes of an event.
function round(durationMs: number): number {
  return Number(durationMs.toFixed(1));
}
