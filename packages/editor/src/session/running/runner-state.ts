import { ApiError } from '@unclip-studio/client';
import type { Diagnostic, Reason, RunForecast, RunRecord, RunWarning } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { errorWords } from '../../api/error-words.js';
import type { Problem } from '../../catalog/find-problems.js';
import { describeProblem, describeSaid } from '../../messages/describe.js';
import { texts } from '../../messages/texts.js';
import type { RunProgress } from './run-progress.js';

/** Something the user should know and may act on, above the canvas. */
export interface RunNotice {
  readonly message: string;
  /** The node it is about. */
  readonly node?: string;
  /** Nothing was started, and what stood against it may be changed: the notice goes with the next change. */
  readonly isRefusal?: true;
  /** The run continues or has ended well: no reason to stop those that follow. */
  readonly isWarning?: true;
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

/** Starts the next run of a page that repeats them, once all that it has started have ended; a failure or a refusal ends that. */
export function repeatRuns(store: RunnerStore, repeat: () => void): void {
  store.subscribe(({ own, isRepeating, isStarting }, before) => {
    const isIdle = own.length === 0 && !isStarting;
    // A short run may have ended before the answer to its start is here.
    if (!isRepeating || !isIdle || (before.own.length === 0 && !before.isStarting)) return;
    // What the run said of its end comes with the same event, and may end the repetition.
    queueMicrotask(() => {
      const { notice, isRepeating: stillRepeats } = store.getState();
      if (notice !== undefined && notice.isWarning !== true) store.setState({ isRepeating: false });
      else if (stillRepeats) repeat();
    });
  });
}

export function isEnded({ state }: RunRecord): boolean {
  return state !== 'queued' && state !== 'running';
}

export function atNode(node: string | undefined): { readonly node?: string } {
  return node === undefined ? {} : { node };
}

/** What a refused start says. */
export function noticeOf(error: unknown): RunNotice {
  const isAnswered = error instanceof ApiError && error.code !== 'no-answer';
  return { message: isAnswered ? errorWords(error) : texts.run.unreachable, isRefusal: true };
}

/** What a run that was refused for problems of its workflow says, with the node of the first. */
export function refusalNotice(problems: readonly Problem[]): RunNotice {
  const [first] = problems;
  const node = first !== undefined && 'node' in first.diagnostic ? first.diagnostic.node : undefined;
  return { message: texts.run.refused(problems.length, first?.message ?? ''), isRefusal: true, ...atNode(node) };
}

// What a machine does about too little memory or a broken device: said while it happens, and the images are the same.
const ABOUT_MACHINES: ReadonlySet<Reason['code']> = new Set([
  'memory-short',
  'memory-freed',
  'device-failed',
  'preview-decoder-missing',
  'preview-decoder-failed',
]);

/** The warnings of a run that has ended, if its nodes reported anything that changes its images; else none. */
export function warningsAtEnd({ warnings = [] }: RunRecord): readonly RunWarning[] {
  const isOfNode = ({ because }: RunWarning) => because !== undefined && !ABOUT_MACHINES.has(because.code);
  const isOfWorkflow = ({ diagnostic }: RunWarning) => diagnostic !== undefined;
  return warnings.some(isOfNode) ? warnings.filter((one) => isOfNode(one) || isOfWorkflow(one)) : [];
}

/** What a run warns of, each once, with the first node they are about. @param describe the words for a problem */
export function warningNotice(
  warnings: readonly RunWarning[],
  describe: (problem: Diagnostic) => string = describeProblem,
): RunNotice {
  const [first] = warnings.flatMap(({ diagnostic }) =>
    diagnostic !== undefined && 'node' in diagnostic ? diagnostic.node : [],
  );
  const messages = warnings.map((warning) =>
    warning.diagnostic === undefined ? describeSaid(warning) : describe(warning.diagnostic),
  );
  return { message: [...new Set(messages)].join(' '), isWarning: true, ...atNode(first) };
}
