import { withNextSeeds } from '../../document/commands/seeds.js';
import type { SessionCore } from '../core.js';
import type { Runner } from './runner.js';

const SETTLE_MS = 400;

/** Keeps the forecast up to date: what a press of Run would do, asked a moment after each change and each run. */
export function startForecasts({ store, problems, catalog }: SessionCore, { state, client }: Runner): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: AbortController | undefined;

  async function ask(): Promise<void> {
    pending?.abort();
    if (problems.all.length > 0 || Object.keys(store.whole.nodes).length === 0) {
      state.setState({ forecast: undefined });
      return;
    }
    const current = new AbortController();
    pending = current;
    // Looks change no forecast, and would be half of what is sent.
    const { layout: _, ...workflow } = withNextSeeds(store.whole, (type) => catalog.types.get(type));
    const forecast = await client.forecast({ workflow }, current.signal).catch(() => undefined);
    if (pending === current) state.setState({ forecast });
  }

  function askSoon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), SETTLE_MS);
  }

  store.subscribe(({ whole, previousWhole }) => {
    if (whole.nodes !== previousWhole.nodes || whole.subgraphs !== previousWhole.subgraphs) askSoon();
  });
  state.subscribe(({ own }, before) => {
    if (own.length === 0 && before.own.length > 0) askSoon();
  });
  askSoon();
  return askSoon;
}
