import type { FingerprintedPlan, RunOutcome } from '@unclip-studio/graph-core';
import type { WorkflowVariant } from './apply-settings.js';
import type { Terminal } from './terminal.js';

/** How a run of a batch ended; one whose pictures are not as expected has failed. */
export type EndOfRun = RunOutcome;

interface BatchRun extends Pick<WorkflowVariant, 'varied'> {
  readonly plan: FingerprintedPlan;
}

/** Says which of several runs is under way, and how they ended; silent where there is only one. */
export interface BatchLines {
  begins(run: BatchRun): void;
  /** @param ends of those that were begun, in their order */
  ended(ends: readonly EndOfRun[]): void;
}

export function createBatchLines(
  runs: readonly BatchRun[],
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean },
): BatchLines {
  if (runs.length === 1) return { begins() {}, ended() {} };
  if (!json) terminal.err(forecast(runs));
  return {
    begins(run) {
      const place = runs.indexOf(run) + 1;
      const settings = Object.fromEntries(run.varied.map(({ name, shown }) => [name, shown]));
      if (json) terminal.out(JSON.stringify({ type: 'batch-run', run: place, runs: runs.length, settings }));
      else terminal.err(`Run ${place} of ${runs.length}: ${describe(run)}`);
    },
    ended(ends) {
      if (json) return;
      const count = (end: EndOfRun) => ends.filter((one) => one === end).length;
      terminal.err(`${count('succeeded')} of ${runs.length} runs succeeded.`);
      for (const [place, end] of ends.entries()) {
        const run = runs[place];
        if (end === 'failed' && run !== undefined) terminal.err(`Failed: run ${place + 1}, ${describe(run)}`);
      }
    },
  };
}

/** What a varied setting adds to the names of files: a picture's name as it is, a number with what it sets. */
export function nameInFiles({ name, shown }: WorkflowVariant['varied'][number]): string {
  const isNumber = /^[-+.\d]/.test(shown) && Number.isFinite(Number(shown));
  return isNumber ? `${name.slice(name.indexOf('.') + 1)}${shown}` : shown;
}

function describe({ varied }: BatchRun): string {
  return varied.map(({ name, shown }) => `${name}=${shown}`).join(', ');
}

function forecast(runs: readonly BatchRun[]): string {
  // Nodes with side effects run each time, and have no part in what is shared.
  const all = runs.flatMap(({ plan }) =>
    plan.nodes.flatMap((node, i) => (node.definition.sideEffects ? [] : [plan.fingerprints[i]])),
  );
  const shared = all.length - new Set(all).size;
  return `${runs.length} runs.${shared === 0 ? '' : ` Of their ${all.length} nodes ${shared} are the same as in an earlier run, and are evaluated once.`}`;
}
