import { meaningChanged } from '../../document/change-scheduler.js';
import { withNextSeeds } from '../../document/commands/seeds.js';
import type { SessionCore } from '../core.js';
import type { Runner } from './runner.js';

const SETTLE_MS = 400;

/** Keeps the forecast up to date: the result of pressing Run, requested shortly after each change and each run. */
export function startForecasts(
  { store, changes, problems, catalog }: SessionCore,
  { state, client }: Runner,
): () => void {
  let pending: AbortController | undefined;

  async function ask(): Promise<void> {
    pending?.abort();
    if (problems.all.length > 0 || Object.keys(store.whole.nodes).length === 0) {
      state.setState({ forecast: undefined });
      return;
    }
    const current = new AbortController();
    pending = current;
    // Looks do not affect the forecast, and would be half of the data.
    const { layout: _, ...workflow } = withNextSeeds(store.whole, (type) => catalog.types.get(type));
    const forecast = await client.forecast({ workflow }, current.signal).catch(() => undefined);
    if (pending === current) state.setState({ forecast });
  }

  const task = changes.add({ delayMs: SETTLE_MS, concerns: meaningChanged, run: () => void ask() });
  state.subscribe(({ own }, before) => {
    if (own.length === 0 && before.own.length > 0) task.schedule();
  });
  task.schedule();
  return task.schedule;
}
