import type { RunEvent, Workflow } from '@unclip-studio/graph-core';
import { createProgressBarView } from './progress-bar-view.js';
import { createProgressLinesView } from './progress-lines-view.js';
import type { Terminal } from './terminal.js';

/** Shows a run while it happens. */
export interface RunView {
  show(event: RunEvent): void;
}

/** What a view needs to put a run into words. */
export interface RunViewOptions {
  readonly terminal: Terminal;
  readonly workflow: Workflow;
  /** Milliseconds on a clock that never runs backwards. */
  now(): number;
}

/** For programs: one event a line, as JSON. */
export function createJsonView({ terminal }: Pick<RunViewOptions, 'terminal'>): RunView {
  return { show: (event) => terminal.out(JSON.stringify(event)) };
}

/** For people: a moving bar where somebody watches, plain lines in logs and pipes. */
export async function createHumanView(options: RunViewOptions): Promise<RunView> {
  if (!options.terminal.isWatched) return createProgressLinesView(options);
  return createProgressBarView(options, await options.terminal.loadBars());
}
