import type { FromWorker, RunForecast } from '@unclip-studio/protocol';
import type { TimingsTable } from '../store/timings-table.js';
import { expectedMsOf, timingKeysOf } from '../worker/timing-keys.js';

/** What the worker says a run would do, with how long that took before. */
export function toForecast(
  { nodes, peakMemoryBytes }: Extract<FromWorker, { readonly type: 'forecast' }>,
  timings: TimingsTable,
): RunForecast {
  const known = timings.read(nodes.flatMap(({ parts }) => timingKeysOf(parts)));
  const expected = nodes.map(({ node, willRun, parts }) => {
    const expectedMs = willRun ? expectedMsOf(parts, known) : undefined;
    return { node, willRun, ...(expectedMs === undefined ? {} : { expectedMs }) };
  });
  const running = expected.filter((node) => node.willRun);
  const sumMs = running.reduce((sum, node) => sum + (node.expectedMs ?? 0), 0);
  const isWhole = running.every((node) => node.expectedMs !== undefined);
  return {
    nodes: expected,
    ...(isWhole ? { expectedMs: sumMs } : {}),
    cacheKnown: true,
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
  };
}
