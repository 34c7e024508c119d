import type { OutputRecord } from '@unclip-studio/protocol';

/** The state of one node in the displayed run. */
export interface NodeRunState {
  readonly state: 'idle' | 'queued' | 'running' | 'finished' | 'cached' | 'failed';
  readonly durationMs?: number;
  readonly step?: number;
  readonly steps?: number;
  /** Why it failed. */
  readonly message?: string;
  /** The files it made. */
  readonly outputs: readonly OutputRecord[];
  /** It, or something it reads, was changed since. */
  readonly isStale: boolean;
}

/** What is known about all nodes of one card: copies of a sweep, and what is inside a subgraph. */
interface Group {
  /** Which nodes it has. */
  readonly members: Set<string>;
  readonly counts: Record<NodeRunState['state'], number>;
  durationMs: number;
  message: string | undefined;
  /** Nodes with files, each once. */
  readonly withOutputs: Set<string>;
}

/**
 * Aggregates the states of a run's nodes for cards with several nodes; the cost of each event does not depend on their
 * number.
 */
export interface RunGroups {
  /** A node's state has changed. @returns the ids of the cards that contain it, other than itself */
  change(node: string, before: NodeRunState | undefined, now: NodeRunState | undefined): readonly string[];
  /** The aggregate for a card; `undefined` for a card of a single node. */
  sum(id: string, stateOf: (node: string) => NodeRunState | undefined): Omit<NodeRunState, 'isStale'> | undefined;
}

export function createRunGroups(): RunGroups {
  const groups = new Map<string, Group>();
  const groupOf = (id: string) => {
    const counts = { idle: 0, queued: 0, running: 0, finished: 0, cached: 0, failed: 0 };
    const group = groups.get(id) ?? {
      ...{ members: new Set<string>(), counts, durationMs: 0, message: undefined, withOutputs: new Set<string>() },
    };
    groups.set(id, group);
    return group;
  };
  return {
    change(node, before, now) {
      const cards = cardsFor(node);
      for (const card of cards) {
        const group = groupOf(card);
        if (before !== undefined && group.members.has(node)) {
          group.counts[before.state]--;
          group.durationMs -= before.durationMs ?? 0;
        }
        if (now === undefined) {
          group.members.delete(node);
          group.withOutputs.delete(node);
          if (group.members.size === 0) groups.delete(card);
          continue;
        }
        group.members.add(node);
        group.counts[now.state]++;
        group.durationMs += now.durationMs ?? 0;
        if (now.state === 'failed') group.message = now.message;
        if (now.outputs.length > 0) group.withOutputs.add(node);
      }
      return cards;
    },
    sum(id, stateOf) {
      const group = groups.get(id);
      if (group === undefined) return undefined;
      const { counts, members, durationMs, message } = group;
      const done = counts.finished + counts.cached;
      const state = stateOfAll(counts, members.size);
      const outputs = [...group.withOutputs].flatMap((node) => stateOf(node)?.outputs ?? []);
      return {
        state,
        outputs,
        ...(state === 'finished' && { durationMs }),
        ...(state === 'running' && { step: done, steps: members.size }),
        ...(state === 'failed' && message !== undefined && { message }),
      };
    },
  };
}

function stateOfAll(counts: Group['counts'], size: number): NodeRunState['state'] {
  const done = counts.finished + counts.cached;
  if (counts.failed > 0) return 'failed';
  if (counts.running > 0 || (done > 0 && counts.queued > 0)) return 'running';
  if (counts.queued > 0) return 'queued';
  if (done === 0 || done < size) return 'idle';
  return counts.finished > 0 ? 'finished' : 'cached';
}

/** `outer/sample@1.2` -> `outer/sample` and `outer`; nothing for a plain node. */
export function cardsFor(node: string): readonly string[] {
  if (!node.includes('/') && !node.includes('@')) return [];
  const parts = node.split('/').map((part) => part.replace(/@.*$/, ''));
  return parts.map((_, i) => parts.slice(0, i + 1).join('/')).filter((card) => card !== node);
}
