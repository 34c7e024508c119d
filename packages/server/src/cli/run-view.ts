import { createProgressBarView } from './progress-bar-view.js';
import { createProgressLinesView } from './progress-lines-view.js';
import type { RunView, RunViewOptions } from './run-lines.js';

/** For programs: one event a line, as JSON. */
export function createJsonView({ terminal }: Pick<RunViewOptions, 'terminal'>): RunView {
  return { show: (event) => terminal.out(JSON.stringify(event)) };
}

/** For people: a moving bar where somebody watches, plain lines in logs and pipes. */
export async function createHumanView(options: RunViewOptions): Promise<RunView> {
  if (!options.terminal.isWatched) return createProgressLinesView(options);
  return createProgressBarView(options, await options.terminal.loadBars());
}
