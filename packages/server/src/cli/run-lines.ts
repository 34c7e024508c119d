import { type RunEvent, unreachable, type Workflow } from '@unclip-studio/graph-core';

/** The words for everything in a run but its progress; `undefined` where there is nothing to say. */
export function createRunLines(workflow: Workflow): (event: RunEvent) => string | undefined {
  let evaluated = 0;
  let cached = 0;
  const name = (id: string) => nodeName(workflow, id);
  return (event) => {
    switch (event.type) {
      case 'run-started':
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

/** The node as its user knows it: by title if it has one, and by id. */
export function nodeName({ nodes }: Workflow, id: string): string {
  const node = nodes[id];
  return node?.title === undefined ? `${id} (${node?.type})` : `${node.title} (${id}, ${node.type})`;
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
