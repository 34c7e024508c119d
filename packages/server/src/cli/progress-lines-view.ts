import {
  createRunLines,
  createTimeLeft,
  formatDuration,
  nodeName,
  type RunView,
  type RunViewOptions,
} from './run-lines.js';
import type { Terminal } from './terminal.js';

// Logs should show that something moves, and stay readable.
const LINE_INTERVAL_MS = 5_000;

export interface LinesViewOptions extends Omit<RunViewOptions, 'terminal'> {
  readonly terminal: Pick<Terminal, 'err'>;
}

/** One line for each thing that happened, and now and then one for progress. */
export function createProgressLinesView({ terminal, workflow, now }: LinesViewOptions): RunView {
  const describe = createRunLines(workflow);
  const estimates = new Map<string, ReturnType<typeof createTimeLeft>>();
  let lastLineMs = now();
  return {
    show(event) {
      const line = describe(event);
      if (line !== undefined) terminal.err(line);
      if (event.type !== 'node-progress') return;
      const { node, step, steps } = event;
      const estimate = estimates.get(node) ?? createTimeLeft(now);
      estimates.set(node, estimate);
      const leftMs = estimate(step, steps);
      if (step === steps || now() - lastLineMs < LINE_INTERVAL_MS) return;
      lastLineMs = now();
      const left = leftMs === undefined ? '' : `, about ${formatDuration(leftMs)} left`;
      terminal.err(`${nodeName(workflow, node)}: step ${step} of ${steps}${left}`);
    },
  };
}
