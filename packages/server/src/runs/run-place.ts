import type {
  FromWorker,
  RunOrder,
  RunReport,
  RunUpdate,
  ToWorker,
  WorkerRecord,
  WorkerStatus,
} from '@unclip-studio/protocol';
import type { WorkerExit } from '../worker/exit-reason.js';
import type { RunNeeds } from './run-needs.js';

/** A run that was taken out of the queue for a worker. */
export interface Claim {
  readonly runId: string;
  /** Greater than those of all leases before it; messages about a run count only with the token of its last lease. */
  readonly token: number;
  /** `null`: the server's own. */
  readonly worker: string | null;
}

/** Questions and wishes that are not about the course of a run. */
export type ToPlace = Extract<
  ToWorker,
  { readonly type: 'watch-previews' | 'forecast' | 'describe' | 'free-memory' | 'reload-plugins' }
>;
export type FromPlace = Extract<
  FromWorker,
  { readonly type: 'preview' | 'forecast' | 'forecast-problems' | 'described' | 'results' }
>;

/** How a run came to be without its worker. */
export interface Loss {
  readonly exit: WorkerExit;
  /** The run had no part in it, so that the attempt does not count. */
  readonly isBlameless: boolean;
}

/**
 * Where runs are evaluated: the server's own worker process, or workers on other machines. The run table decides which
 * run is next and what counts; a place gets one lease at a time and reports what happens to it. Cancelled leases end
 * like all others.
 */
export interface RunPlace {
  /** Runs continue while the server is away, and are taken over at its next start. */
  readonly outlivesServer: boolean;
  /** Called once, when its listeners may be called. */
  open(): void;
  /** Whether some run could begin now. */
  hasRoom(): boolean;
  /** The worker for a run that would begin now: its id, or `null` for the server's own; `undefined`: it has to wait. */
  choose(needs: () => RunNeeds): string | null | undefined;
  /** How many workers could make parts of one run, each of them reading what the others made. */
  countSharers(needs: RunNeeds): number;
  start(claim: Claim, order: RunOrder, needs: () => RunNeeds): void;
  /** Takes up what a server before this one has started. */
  adopt(claim: Claim, needs: () => RunNeeds): void;
  /** The run stops at its next step. */
  cancel(claim: Claim): void;
  /** @param needs of the request, if it is a run */
  send(message: ToPlace, needs?: RunNeeds): void;
  /** Has a worker of this machine go through a run whose results are known, so that the run itself is quick. */
  rehearse(order: RunOrder): void;
  /** All workers as if they were one. */
  status(): WorkerStatus;
  /** Why no run would begin however long it waited, for the user. */
  problem(): string | undefined;
  /** Why nothing further should be queued, for the user. */
  refusal(): string | undefined;
  /** Why this run waits although there may be room, for the user. */
  whyWaiting(needs: () => RunNeeds): string | undefined;
  workers(): readonly WorkerRecord[];
  figures(): PlaceFigures;
  close(): Promise<void>;
}

/** Counted since the start of the server. */
export interface PlaceFigures {
  /** Claims that workers have now. */
  readonly inFlight: number;
  /** Claims whose worker was lost. */
  readonly lost: number;
  /** Messages about leases that had ended. */
  readonly refused: number;
  /** Messages without our signature. */
  readonly unsigned: number;
  /** How often a model was run. */
  readonly modelRuns: number;
}

export interface RunPlaceListeners {
  /** @returns whether the lease still counts; if not, its worker is told to stop */
  onEvents(claim: Claim, updates: readonly RunUpdate[]): boolean;
  onEnded(claim: Claim, updates: readonly RunUpdate[], report: RunReport): boolean;
  onLost(claim: Claim, loss: Loss): boolean;
  onMessage(message: FromPlace): void;
  /** There may be room, or a reason why there is none. */
  onChange(): void;
  onWorker(change: WorkerChange): void;
  /** There may be other reasons why runs wait than before. */
  onHoldings(): void;
}

export type WorkerChange =
  | { readonly type: 'worker-changed'; readonly worker: WorkerRecord }
  | { readonly type: 'worker-left'; readonly id: string };

/** Sets a place up, which begins to work when it is opened. */
export type CreateRunPlace = (listeners: RunPlaceListeners) => RunPlace;
