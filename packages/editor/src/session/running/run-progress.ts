import type { RunDetail, RunForecast, ServerEvent } from '@unclip-studio/protocol';

/** The progress of a run, and its speed. Times are milliseconds of the given clock. */
export interface RunProgress {
  readonly runId: string;
  /** Each planned node -> its expected duration; 0 if unknown. */
  readonly expectedMs: Readonly<Record<string, number>>;
  readonly done: ReadonlySet<string>;
  readonly current: CurrentNode | undefined;
}

interface CurrentNode {
  readonly node: string;
  readonly startedAtMs: number;
  /** When the first step was done: what comes before it, such as loading a model, is not repeated at each step. */
  readonly firstStepAtMs?: number;
  readonly step?: number;
  readonly steps?: number;
}

/** @param forecast the data from before the run, if any */
export function beginProgress(runId: string, nodes: readonly string[], forecast?: RunForecast): RunProgress {
  const expected = new Map(
    forecast?.nodes.map(({ node, willRun, expectedMs = 0 }) => [node, willRun ? expectedMs : 0]),
  );
  return {
    runId,
    expectedMs: Object.fromEntries(nodes.map((node) => [node, expected.get(node) ?? 0])),
    done: new Set(),
    current: undefined,
  };
}

/** Takes up a run that was under way when the page was opened. */
export function resumeProgress({ id, nodes }: RunDetail, planned: readonly string[], nowMs: number): RunProgress {
  const done = Object.entries(nodes).flatMap(([node, { state }]) => (state === 'running' ? [] : [node]));
  const [node, status] = Object.entries(nodes).find(([, { state }]) => state === 'running') ?? [];
  const { step, steps } = status ?? {};
  const counted = step === undefined || steps === undefined ? {} : { step, steps, firstStepAtMs: nowMs };
  const current = node === undefined ? undefined : { node, startedAtMs: nowMs, ...counted };
  return { ...beginProgress(id, planned), done: new Set(done), current };
}

export function progressAfter(progress: RunProgress, event: ServerEvent, nowMs: number): RunProgress {
  if (!('runId' in event) || event.runId !== progress.runId) return progress;
  switch (event.type) {
    case 'nodes-cached':
      return finish(progress, event.nodes);
    case 'nodes-finished':
      return finish(progress, Object.keys(event.durationsMs));
    case 'nodes-started': {
      const node = event.nodes.at(-1);
      return node === undefined ? progress : { ...progress, current: { node, startedAtMs: nowMs } };
    }
    case 'node-progress': {
      const { node, step, steps } = event;
      const before = progress.current?.node === node ? progress.current : { node, startedAtMs: nowMs };
      const firstStepAtMs = before.firstStepAtMs ?? (step >= 1 ? nowMs : undefined);
      const current = { ...before, step, steps, ...(firstStepAtMs !== undefined && { firstStepAtMs }) };
      return { ...progress, current };
    }
    default:
      return progress;
  }
}

/** The progress from 0 to 1; nodes without a known time count as long as the others do on average. */
export function fractionDone({ expectedMs, done, current }: RunProgress): number {
  const nodes = Object.entries(expectedMs);
  const known = nodes.filter(([, ms]) => ms > 0);
  const usualMs = known.length === 0 ? 1 : known.reduce((sum, [, ms]) => sum + ms, 0) / known.length;
  const weigh = (ms: number) => (known.length === 0 ? usualMs : Math.max(ms, usualMs / 20));
  let total = 0;
  let reached = 0;
  for (const [node, ms] of nodes) {
    total += weigh(ms);
    if (done.has(node)) reached += weigh(ms);
    else if (current?.node === node && current.steps) reached += weigh(ms) * ((current.step ?? 0) / current.steps);
  }
  return total === 0 ? 0 : reached / total;
}

/** The remaining time in milliseconds; `undefined` while it is unknown. */
export function timeLeftMs({ expectedMs, done, current }: RunProgress, nowMs: number): number | undefined {
  let leftMs = 0;
  for (const [node, ms] of Object.entries(expectedMs)) if (!done.has(node) && node !== current?.node) leftMs += ms;
  if (current === undefined) return leftMs === 0 ? undefined : leftMs;
  const { step = 0, steps = 0, firstStepAtMs, startedAtMs } = current;
  // From its second step on, a node's own pace says more than earlier runs do.
  if (firstStepAtMs !== undefined && step >= 2) return leftMs + ((nowMs - firstStepAtMs) / (step - 1)) * (steps - step);
  const expected = expectedMs[current.node] ?? 0;
  if (expected === 0) return undefined;
  return leftMs + Math.max(0, expected - (nowMs - startedAtMs));
}

function finish(progress: RunProgress, nodes: readonly string[]): RunProgress {
  const done = new Set([...progress.done, ...nodes]);
  const isOver = progress.current !== undefined && done.has(progress.current.node);
  return { ...progress, done, current: isOver ? undefined : progress.current };
}
