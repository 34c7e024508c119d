import type { QueueStatus, RunDetail, ServerEvent, WorkerRecord } from '@unclip-studio/protocol';

/** Where a run is: at which node, and at which of its steps if it has any. */
export interface RunPosition {
  readonly node?: string;
  readonly step?: number;
  readonly steps?: number;
}

/** Who evaluates runs, and where each run is. */
export interface WorkersState {
  /** By host and then by id, so that none changes its place while one reads; `undefined` until the server has answered. */
  readonly workers: readonly WorkerRecord[] | undefined;
  readonly positions: Readonly<Record<string, RunPosition>>;
}

// The server's name for its own process.
const OWN = 'own';

/** Before the server has answered. */
export const NO_WORKERS: WorkersState = { workers: undefined, positions: {} };

/** The state once the server has listed its workers. */
export function withWorkers(state: WorkersState, workers: readonly WorkerRecord[]): WorkersState {
  return { ...state, workers: inOrder(workers) };
}

/** The state once the server has reported a run whose events began before the page listened. */
export function withRun({ positions, ...state }: WorkersState, run: RunDetail): WorkersState {
  if (run.state !== 'running' || positions[run.id] !== undefined) return { positions, ...state };
  const [found] = Object.entries(run.nodes).filter(([, { state }]) => state === 'running');
  const [node, status] = found ?? [];
  const position = node === undefined ? {} : { node, ...stepsOf(status) };
  return { ...state, positions: { ...positions, [run.id]: position } };
}

/** The workers after one more event. */
export function workersAfter(state: WorkersState, event: ServerEvent): WorkersState {
  switch (event.type) {
    case 'worker-changed':
      return withWorkers(state, [...others(state, event.worker.id), event.worker]);
    case 'worker-left':
      return withWorkers(state, others(state, event.id));
    case 'status-changed':
      return withOwn(state, event.status);
    case 'run-changed': {
      if (event.run.state === 'running') return state;
      const { [event.run.id]: _, ...positions } = state.positions;
      return { ...state, positions };
    }
    case 'run-started':
      return at(state, event.runId, {});
    case 'nodes-started': {
      const node = event.nodes.at(-1);
      return node === undefined ? state : at(state, event.runId, { node });
    }
    case 'node-progress':
      return at(state, event.runId, { node: event.node, ...stepsOf(event) });
    case 'nodes-finished': {
      const node = state.positions[event.runId]?.node;
      return node !== undefined && node in event.durationsMs ? at(state, event.runId, {}) : state;
    }
    default:
      return state;
  }
}

function at(state: WorkersState, run: string, position: RunPosition): WorkersState {
  return { ...state, positions: { ...state.positions, [run]: position } };
}

/** The server's own worker has no events of its own: the status of the queue reports it. */
function withOwn(state: WorkersState, { worker: { pid: _, ...status }, running }: QueueStatus): WorkersState {
  const own = state.workers?.find(({ id }) => id === OWN);
  if (own === undefined) return state;
  const runs = running === undefined ? [] : [running];
  return withWorkers(state, [...others(state, OWN), { ...own, ...status, runs }]);
}

function others({ workers = [] }: WorkersState, id: string): readonly WorkerRecord[] {
  return workers.filter((worker) => worker.id !== id);
}

function inOrder(workers: readonly WorkerRecord[]): readonly WorkerRecord[] {
  const key = ({ host, id }: WorkerRecord) => `${host}\n${id}`;
  return [...workers].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function stepsOf(status: Pick<RunPosition, 'step' | 'steps'> | undefined): RunPosition {
  const { step, steps } = status ?? {};
  return step === undefined || steps === undefined ? {} : { step, steps };
}
