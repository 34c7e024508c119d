import {
  createRunLines,
  createTimeLeft,
  formatDuration,
  nodeName,
  type RunView,
  type RunViewOptions,
} from './run-lines.js';
import type { Bar, CreateBar } from './terminal.js';

const FORMAT = '{node} [{bar}] step {value} of {total}{left}';

/** Lines for what happened, and below them a bar for the node whose steps are running. */
export function createProgressBarView({ terminal, workflow, now }: RunViewOptions, createBar: CreateBar): RunView {
  const describe = createRunLines(workflow);
  let active:
    | { readonly node: string; readonly bar: Bar; readonly estimate: ReturnType<typeof createTimeLeft> }
    | undefined;

  function stop(): void {
    active?.bar.stop();
    active = undefined;
  }

  return {
    show(event) {
      if (event.type === 'node-progress') {
        const { node, step, steps } = event;
        if (active?.node !== node) {
          stop();
          active = { node, bar: createBar(FORMAT), estimate: createTimeLeft(now) };
          active.bar.start(steps, step, { node: nodeName(workflow, node), left: '' });
        }
        const leftMs = active.estimate(step, steps);
        const left = leftMs === undefined ? '' : `, about ${formatDuration(leftMs)} left`;
        active.bar.update(step, { left });
        return;
      }
      const line = describe(event);
      if (line === undefined) return;
      // A line goes above the bar; the next step draws it again.
      stop();
      terminal.err(line);
    },
  };
}
