import type { Diagnostic } from './document/diagnostics.js';
import type { RunOutcome } from './run-events.js';

/** What the server and the editor tell each other about runs. Everything here is JSON: plain data, no functions. */

/** `queued` and `running` are on the way; the others are terminal, and a run gets exactly one of those, once. */
export type RunState = 'queued' | 'running' | RunOutcome;

export type RunErrorCode =
  | 'node-failed'
  /** The workflow was good when it was queued, and a file or node type it needs has gone since. */
  | 'invalid-workflow'
  | 'disk-full'
  /** Each attempt lost its worker or its server, so the run is not started again by itself. */
  | 'quarantined';

export interface RunError {
  readonly code: RunErrorCode;
  /** One sentence or more for the user. */
  readonly message: string;
  /** The node that failed, or the one under way when the worker was lost. */
  readonly node?: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** How the last attempt ended, if the run is quarantined. */
  readonly exit?: WorkerExitReason | 'server-ended';
}

/** One file that a run made and the server keeps. Listed only once its bytes are safe on disk. */
export interface OutputRecord {
  /** `runId.node.index`; in a path it needs no escaping. */
  readonly id: string;
  readonly runId: string;
  readonly node: string;
  /** Place among the files that the node made in this run, from 0. */
  readonly index: number;
  /** What the user calls it, such as `variation`; a label, never a path. */
  readonly name: string;
  /** Made for looking at only; the user did not ask to keep it. */
  readonly temporary: boolean;
  readonly mediaType: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly sizeBytes: number;
  /** sha256 of the bytes, in hex: equal hashes are equal files, so an address with it can be cached for ever. */
  readonly sha256: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A run as lists and events show it. Times are ISO 8601, UTC. */
export interface RunRecord {
  readonly id: string;
  readonly state: RunState;
  /** The name under which the workflow is saved, if it was started from there. */
  readonly workflowName?: string;
  /** The workflow's title, or what stands in for it. */
  readonly title: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Higher goes first; 0 unless asked otherwise. */
  readonly priority: number;
  /** Place in the queue, 0 being next; only while queued. */
  readonly place?: number;
  /** Why it waits although there is room, such as a checkpoint that no worker holds; only while queued. */
  readonly waitsBecause?: string;
  /** How often the run was started; 0 while it has never left the queue. */
  readonly attempts: number;
  readonly error?: RunError;
  /** The nodes asked for; empty: the workflow's own targets. */
  readonly targets: readonly string[];
  /** The run which this one repeats. */
  readonly retryOf?: string;
  /** It only shows what a change would lead to, such as a mixing pad's: lists of what was done leave it out. */
  readonly preview?: true;
  readonly outputs: readonly OutputRecord[];
  /** How many more there are than a list of runs shows; the run itself lists them all. */
  readonly moreOutputs?: number;
}

export type NodeState = 'cached' | 'running' | 'finished' | 'failed';

export interface NodeStatus {
  readonly state: NodeState;
  readonly durationMs?: number;
  readonly step?: number;
  readonly steps?: number;
}

/** A run with what is known of its nodes; nodes that have not begun are left out. */
export interface RunDetail extends RunRecord {
  readonly nodes: Readonly<Record<string, NodeStatus>>;
}

export type WorkerPhase =
  | 'starting'
  | 'idle'
  | 'busy'
  /** The run was cancelled and the worker has not yet reached its next step. */
  | 'stopping'
  /** Ended unexpectedly; a new one comes in a moment. */
  | 'restarting'
  | 'closed';

export type WorkerExitReason =
  | 'crashed'
  | 'out-of-memory'
  | 'timeout'
  | 'exited'
  /** Nothing was heard any more of a worker on another machine. */
  | 'lost';

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  readonly pid?: number;
  /** Since the server started, not counting the first start. */
  readonly restarts: number;
  readonly lastExit?: { readonly reason: WorkerExitReason; readonly detail: string; readonly at: string };
  /** What models run on, and why; left out until it is known. */
  readonly device?: { readonly name: string; readonly words: string };
  /** The last time a device failed or memory ran out, and what was done about it. */
  readonly notice?: { readonly words: string; readonly at: string };
}

/** One worker: the server's own, or one that has signed on from another machine. */
export interface WorkerRecord extends Omit<WorkerStatus, 'pid'> {
  /** New with every start of the worker; `own`: the server's own. */
  readonly id: string;
  readonly host: string;
  /** Of unclip-studio. */
  readonly version: string;
  /** How many runs it evaluates at once. */
  readonly slots: number;
  /** Ids of the runs that it has. */
  readonly runs: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What its machine could still give to processes. */
  readonly freeMemoryBytes?: number;
  /** The checkpoints it holds. Left out for the server's own, whose are those of the server. */
  readonly checkpoints?: readonly WorkerCheckpoint[];
}

export interface WorkerCheckpoint {
  readonly name: string;
  /** Equal for equal checkpoints; left out while it is not known. */
  readonly identity?: string;
}

/** Whether the server can take work, and what it has. */
export interface QueueStatus {
  /** By the user; stays so over a restart. */
  readonly paused: boolean;
  readonly queued: number;
  /** The run that has the worker; of several workers, the run that was started first. */
  readonly running?: string;
  /** Of several workers what holds for them as a whole; each for itself is in the list of workers. */
  readonly worker: WorkerStatus;
  readonly canTakeWork: boolean;
  /** Why it cannot, for the user. */
  readonly reason?: string;
}

interface OfRun {
  readonly runId: string;
}

/** Something that happened, before it has its number. Nodes come in batches: a long chain costs few events. */
export type ServerEventBody =
  | { readonly type: 'run-queued'; readonly run: RunRecord }
  /** State, attempts, error or times changed; `run` is the whole new record. */
  | { readonly type: 'run-changed'; readonly run: RunRecord }
  /** Evaluation begins. `nodes`: those planned, each after everything it reads. */
  | ({ readonly type: 'run-started'; readonly nodes: readonly string[] } & OfRun)
  | ({ readonly type: 'nodes-cached'; readonly nodes: readonly string[] } & OfRun)
  /** Nodes that are still under way; one that began and finished within a batch is only in `nodes-finished`. */
  | ({ readonly type: 'nodes-started'; readonly nodes: readonly string[] } & OfRun)
  /** At most twenty a second of one node. */
  | ({ readonly type: 'node-progress'; readonly node: string; readonly step: number; readonly steps: number } & OfRun)
  /** Node -> milliseconds. */
  | ({ readonly type: 'nodes-finished'; readonly durationsMs: Readonly<Record<string, number>> } & OfRun)
  | ({
      readonly type: 'node-failed';
      readonly node: string;
      readonly durationMs: number;
      readonly message: string;
    } & OfRun)
  | ({ readonly type: 'outputs-made'; readonly outputs: readonly OutputRecord[] } & OfRun)
  /** The whole order, next first: places changed in a way the other events do not tell. */
  | { readonly type: 'queue-changed'; readonly order: readonly string[]; readonly paused: boolean }
  | { readonly type: 'status-changed'; readonly status: QueueStatus }
  | { readonly type: 'workflows-changed'; readonly name: string }
  /** A worker on another machine came, or stands otherwise than before. */
  | { readonly type: 'worker-changed'; readonly worker: WorkerRecord }
  | { readonly type: 'worker-left'; readonly id: string }
  | { readonly type: 'models-changed' }
  | { readonly type: 'images-changed' }
  /** Pictures came, went, or can be found by more than before. */
  | { readonly type: 'gallery-changed' };

/** `seq` rises by at least one from event to event, also over a restart of the server. */
export type ServerEvent = ServerEventBody & { readonly seq: number };

/** All that a client needs which has missed too much: from here on, events after `seq` complete it. */
export interface ServerSnapshot {
  readonly seq: number;
  readonly status: QueueStatus;
  /** The running one and the queue, next first. */
  readonly active: readonly RunDetail[];
  /** The last ones that ended, newest first. */
  readonly recent: readonly RunRecord[];
}

/** What a run would do if it were started now. */
export interface RunForecast {
  /** In the order of evaluation. `expectedMs` is left out where no such node was ever timed. */
  readonly nodes: readonly {
    readonly node: string;
    readonly willRun: boolean;
    readonly expectedMs?: number;
  }[];
  /** Of all nodes that will run; left out if one of them is unknown. */
  readonly expectedMs?: number;
  /** What the models that will run take at the most, estimated; left out if none will. */
  readonly peakMemoryBytes?: number;
  /** False: the worker was too busy to say what it has cached, so every node counts as to be run. */
  readonly cacheKnown: boolean;
}
