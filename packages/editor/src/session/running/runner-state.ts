import { ApiError } from '@unclip-studio/client';
import type { RunForecast, RunRecord, RunWarning } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { errorWords } from '../../api/error-words.js';
import { describeProblem } from '../../messages/describe.js';
import { texts } from '../../messages/texts.js';
import type { RunProgress } from './run-progress.js';

/** Something the user should know and may act on, above the canvas. */
export interface RunNotice {
  readonly message: string;
  /** The node it is about. */
  readonly node?: string;
  /** Nothing was started, and what stood against it may be changed: the notice goes with the next change. */
  readonly isRefusal?: true;
  /** The run that may be tried again. */
  readonly retry?: string;
  /** A run that would only repeat the last one: to which nodes, and whether new seeds would make it another. */
  readonly repeat?: { readonly targets: readonly string[] | undefined; readonly canDiffer: boolean };
}

interface RunnerState {
  /** How many runs one press of Run starts. */
  readonly batchCount: number;
  readonly isLive: boolean;
  /** Each run is followed by another one with new seeds. */
  readonly isRepeating: boolean;
  /** A start was requested and not yet answered. */
  readonly isStarting: boolean;
  readonly forecast: RunForecast | undefined;
  readonly progress: RunProgress | undefined;
  /** The runs that this page started and that have not ended, next first. */
  readonly own: readonly string[];
  readonly notice: RunNotice | undefined;
}

export type RunnerStore = StoreApi<RunnerState>;

export function createRunnerStore(): RunnerStore {
  return createStore<RunnerState>(() => ({
    batchCount: 1,
    isLive: false,
    isRepeating: false,
    isStarting: false,
    forecast: undefined,
    progress: undefined,
    own: [],
    notice: undefined,
  }));
}

export function isEnded({ state }: RunRecord): boolean {
  return state !== 'queued' && state !== 'running';
}

export function atNode(node: string | undefined): { readonly node?: string } {
  return node === undefined ? {} : { node };
}

/** What a refused start says, with the node it is about. */
export function noticeOf(error: unknown): RunNotice {
  if (!(error instanceof ApiError) || error.code === 'no-answer') {
    return { message: texts.run.unreachable, isRefusal: true };
  }
  const [first] = error.diagnostics;
  const node = first !== undefined && 'node' in first ? first.node : undefined;
  return { message: errorWords(error), isRefusal: true, ...atNode(node) };
}

/** What a run warns of when it is queued, each once, with the first node they are about. */
export function warningNotice(warnings: readonly RunWarning[]): RunNotice {
  const [first] = warnings.flatMap(({ diagnostic }) =>
    diagnostic !== undefined && 'node' in diagnostic ? diagnostic.node : [],
  );
  const messages = warnings.map(({ message, diagnostic }) =>
    diagnostic === undefined ? message : describeProblem(diagnostic),
  );
  return { message: [...new Set(messages)].join(' '), ...atNode(first) };
}
