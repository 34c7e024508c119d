import type { RunEvent, RunOutput } from '@unclip-studio/graph-core';
import { unreachable } from '@unclip-studio/graph-core';
import type { NewOutput, RunEventBatch } from '@unclip-studio/protocol';

/** Collects run events, so that what happens in one turn of the event loop costs one message. */
export interface RunEventCollector {
  add(event: RunEvent): void;
  isEmpty(): boolean;
  /** All since the last call. */
  take(): RunEventBatch;
}

/** A batch of nothing. */
export const NO_RUN_EVENTS: RunEventBatch = emptyBatch();

type ToNewOutput = (node: string, output: RunOutput, index: number) => NewOutput;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Item)[] ? Item[] : Type[Key] };

/** @param toNewOutput completes what a node published */
export function createRunEventCollector(toNewOutput: ToNewOutput): RunEventCollector {
  let batch = emptyBatch();
  let isEmpty = true;

  function addOutputs(node: string, outputs: readonly RunOutput[]): void {
    for (const [index, output] of outputs.entries()) batch.outputs.push(toNewOutput(node, output, index));
  }

  return {
    add(event) {
      isEmpty = false;
      switch (event.type) {
        case 'run-started':
          batch.planned = [...event.nodes];
          break;
        case 'node-cached':
          batch.cached.push(event.node);
          addOutputs(event.node, event.outputs);
          break;
        case 'node-started':
          batch.started.push(event.node);
          break;
        case 'node-progress':
          batch.progress.push({ node: event.node, step: event.step, steps: event.steps });
          break;
        case 'node-finished':
          batch.finished.push({ node: event.node, durationMs: event.durationMs });
          addOutputs(event.node, event.outputs);
          break;
        case 'node-failed':
          // Nodes under way at a failure may fail too; the first one is the reason.
          batch.failed ??= { node: event.node, durationMs: event.durationMs, message: event.message };
          break;
        case 'run-finished':
          // The report says it.
          break;
        default:
          unreachable(event);
      }
    },
    isEmpty: () => isEmpty,
    take() {
      const taken = batch;
      batch = emptyBatch();
      isEmpty = true;
      return taken;
    },
  };
}

function emptyBatch(): Mutable<Omit<RunEventBatch, 'planned'>> & { planned?: string[] } {
  return { cached: [], started: [], progress: [], finished: [], outputs: [] };
}
