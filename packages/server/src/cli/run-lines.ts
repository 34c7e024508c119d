import { findWritten, type RunEvent, unreachable, type Workflow } from '@unclip-studio/graph-core';
import type { Terminal } from './terminal.js';

/** Shows a run while it happens. */
export interface RunView {
  show(event: RunEvent): void;
}

/** What a view needs to put a run into words. */
export interface RunViewOptions {
  readonly terminal: Terminal;
  readonly workflow: Workflow;
  /** Milliseconds on a clock that never runs backwards. */
  now(): number;
}

/** The words for everything in a run but its progress; `undefined` where there is nothing to say. */
export function createRunLines(workflow: Workflow): (event: RunEvent) => string | undefined {
  let evaluated = 0;
  let cached = 0;
  let places: ReadonlyMap<string, string> = new Map();
  const name = (id: string) => `${nodeName(workflow, id)}${places.get(id) ?? ''}`;
  return (event) => {
    switch (event.type) {
      case 'run-started':
        places = placesInSweeps(event.nodes);
        return `Running ${count(event.nodes.length, 'node')}.`;
      case 'node-cached':
        cached++;
        return `${name(event.node)}: taken from the cache.`;
      case 'node-started':
      case 'node-progress':
        return undefined;
      case 'node-finished': {
        evaluated++;
        const previews = event.outputs.filter((output) => output.temporary).map((output) => output.location);
        const looks = previews.length === 0 ? '' : ` To look at: ${previews.join(', ')}`;
        return `${name(event.node)}: ${formatDuration(event.durationMs)}.${looks}`;
      }
      case 'node-failed':
        return `${name(event.node)} failed: ${event.message}`;
      case 'run-finished':
        return `${OUTCOMES[event.outcome]} after ${formatDuration(event.durationMs)}: ${count(evaluated, 'node')} evaluated, ${cached} taken from the cache.`;
      default:
        return unreachable(event);
    }
  };
}

const OUTCOMES = { succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;

/** The node as users know it: by title if it has one, and by id; inside a subgraph, after the subgraph node. */
export function nodeName(workflow: Workflow, id: string): string {
  const written = findWritten(workflow, id);
  if (written === undefined) return id;
  const { node, path } = written;
  const at = path.join('/');
  return node.title === undefined ? `${at} (${node.type})` : `${node.title} (${at}, ${node.type})`;
}

/** Which of its copies a node is, where a sweep or a list makes several: `, 3 of 9`. */
function placesInSweeps(ids: readonly string[]): ReadonlyMap<string, string> {
  const copies = new Map<string, string[]>();
  for (const id of ids.filter((one) => one.includes('@'))) {
    const written = id.replace(/@[\d.@_]+/g, '');
    copies.set(written, [...(copies.get(written) ?? []), id]);
  }
  return new Map(
    [...copies.values()].flatMap((all) => all.map((id, i) => [id, `, ${i + 1} of ${all.length}`] as const)),
  );
}

/** @returns such as `4 s`, `0.8 s`, `3 min 20 s` */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/**
 * Estimates how long one node's remaining steps will take. The first step, which also loads the model, does not count:
 * it says nothing about those to come.
 */
export function createTimeLeft(now: () => number): (step: number, steps: number) => number | undefined {
  let first: { readonly step: number; readonly atMs: number } | undefined;
  return (step, steps) => {
    const nowMs = now();
    first ??= { step, atMs: nowMs };
    if (step <= first.step) return undefined;
    return ((nowMs - first.atMs) / (step - first.step)) * (steps - step);
  };
}
