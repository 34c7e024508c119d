import type { QueueStatus, RunRecord, ServerEvent, ServerSnapshot } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** What the server has to do and has done lately, of all its users. */
export interface QueueState {
  readonly status: QueueStatus | undefined;
  readonly runs: Readonly<Record<string, RunRecord>>;
  /** The runs that wait, next first. */
  readonly order: readonly string[];
  /** The runs that workers have, the one that has been under way longest first. */
  readonly running: readonly string[];
  /** The runs that ended, newest first. */
  readonly ended: readonly string[];
}

export type QueueStore = StoreApi<QueueState>;

const MAX_ENDED = 50;
const EMPTY: QueueState = { status: undefined, runs: {}, order: [], running: [], ended: [] };

export function createQueueStore(): QueueStore {
  return createStore<QueueState>(() => EMPTY);
}

export function queueFromSnapshot(snapshot: ServerSnapshot): QueueState {
  const { status } = snapshot;
  const active = snapshot.active.filter(isListed);
  const recent = snapshot.recent.filter(isListed);
  const all: readonly RunRecord[] = [...active, ...recent];
  return {
    status,
    runs: Object.fromEntries(all.map((run) => [run.id, run])),
    order: active.flatMap(({ id, state }) => (state === 'queued' ? [id] : [])),
    running: active.flatMap(({ id, state }) => (state === 'running' ? [id] : [])),
    ended: recent.map(({ id }) => id),
  };
}

/** The queue after one more event; events about nodes change nothing here. */
export function queueAfter(queue: QueueState, event: ServerEvent): QueueState {
  switch (event.type) {
    case 'run-queued':
    case 'run-changed':
      return isListed(event.run) ? withRun(queue, event.run) : queue;
    case 'outputs-made': {
      const run = queue.runs[event.runId];
      if (run === undefined) return queue;
      const known = new Set(run.outputs.map(({ id }) => id));
      const outputs = [...run.outputs, ...event.outputs.filter(({ id }) => !known.has(id))];
      return { ...queue, runs: { ...queue.runs, [run.id]: { ...run, outputs } } };
    }
    case 'queue-changed':
      return {
        ...queue,
        order: event.order.filter((id) => Object.hasOwn(queue.runs, id)),
        ...(queue.status && { status: { ...queue.status, paused: event.paused } }),
      };
    case 'status-changed':
      return { ...queue, status: event.status };
    default:
      return queue;
  }
}

/** The previews of a mixing pad come several a second. */
function isListed({ preview }: RunRecord): boolean {
  return preview !== true;
}

function withRun(queue: QueueState, run: RunRecord): QueueState {
  const others = queue.order.filter((id) => id !== run.id);
  const isEnded = run.state !== 'queued' && run.state !== 'running';
  const place = run.place ?? others.length;
  const order = run.state === 'queued' ? [...others.slice(0, place), run.id, ...others.slice(place)] : others;
  const running = runningAfter(queue.running, run);
  const ended = isEnded ? [run.id, ...queue.ended.filter((id) => id !== run.id)] : queue.ended;
  const runs = { ...queue.runs, [run.id]: run };
  for (const id of ended.slice(MAX_ENDED)) delete runs[id];
  return { ...queue, runs, order, running, ended: ended.slice(0, MAX_ENDED) };
}

function runningAfter(running: readonly string[], { id, state }: RunRecord): readonly string[] {
  if (state !== 'running') return running.filter((other) => other !== id);
  return running.includes(id) ? running : [...running, id];
}
