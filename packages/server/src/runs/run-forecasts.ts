import type { RunForecast } from '@unclip-studio/graph-core';
import type { TimingsTable } from '../store/timings-table.js';
import type { ForecastNode, FromWorker, RunOrder, ToWorker } from '../worker/messages.js';
import { expectedMsOf, timingKeysOf } from '../worker/timing-keys.js';
import { WorkflowProblems } from './run-errors.js';
import type { RunNeeds } from './run-needs.js';

/** Questions to the worker about what a run would do. */
export interface RunForecasts {
  /** `undefined`: the worker did not answer in time. */
  ask(order: RunOrder, needs: RunNeeds): Promise<RunForecast | undefined>;
  answer(message: Extract<FromWorker, { readonly type: 'forecast' | 'forecast-problems' }>): void;
}

export interface RunForecastsOptions {
  readonly timings: TimingsTable;
  send(message: Extract<ToWorker, { readonly type: 'forecast' }>, needs: RunNeeds): void;
}

// A worker inside native code cannot answer before the step is done; nobody waits for a forecast that long.
const PATIENCE_MS = 1_500;

export function createRunForecasts({ timings, send }: RunForecastsOptions): RunForecasts {
  type Answer = Parameters<RunForecasts['answer']>[0];
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let lastRequest = 0;
  return {
    async ask(order, needs) {
      const request = ++lastRequest;
      const answer = await new Promise<Answer | undefined>((resolve) => {
        open.set(request, resolve);
        setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
        send({ type: 'forecast', request, order }, needs);
      });
      open.delete(request);
      if (answer === undefined) return undefined;
      if (answer.type === 'forecast-problems') throw new WorkflowProblems(answer.diagnostics);
      const { nodes, peakMemoryBytes } = answer;
      return { ...toForecast(nodes, timings), ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }) };
    },
    answer(message) {
      open.get(message.request)?.(message);
    },
  };
}

function toForecast(nodes: readonly ForecastNode[], timings: TimingsTable): RunForecast {
  const known = timings.read(nodes.flatMap(({ parts }) => timingKeysOf(parts)));
  const expected = nodes.map(({ node, willRun, parts }) => {
    const expectedMs = willRun ? expectedMsOf(parts, known) : undefined;
    return { node, willRun, ...(expectedMs === undefined ? {} : { expectedMs }) };
  });
  const running = expected.filter((node) => node.willRun);
  const sumMs = running.reduce((sum, node) => sum + (node.expectedMs ?? 0), 0);
  const isWhole = running.every((node) => node.expectedMs !== undefined);
  return { nodes: expected, ...(isWhole ? { expectedMs: sumMs } : {}), cacheKnown: true };
}
