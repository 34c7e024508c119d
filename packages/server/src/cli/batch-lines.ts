import type { FingerprintedPlan } from '@unclip-studio/graph-core';
import type { RunOutcome } from '@unclip-studio/protocol';
import type { WorkflowVariant } from './apply-settings.js';
import type { Terminal } from './terminal.js';

/** How a run of a batch ended; one whose images are not as expected has failed. */
export interface EndOfRun {
  readonly outcome: RunOutcome;
  /** Why it failed, as a message. */
  readonly problem?: string | undefined;
}

interface BatchRun extends Pick<WorkflowVariant, 'varied'> {
  /** Left out where an image or another file of the run cannot be used. */
  readonly plan?: FingerprintedPlan;
}

/** Says which of several runs is under way, and how they ended; silent where there is only one and nothing was left out. */
export interface BatchLines {
  begins(run: BatchRun): void;
  /** @param ends of the runs that were started, in order */
  ended(ends: readonly EndOfRun[]): void;
}

interface BatchOptions {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Messages about requested images that cannot be used. */
  readonly leftOut: readonly string[];
}

export function createBatchLines(runs: readonly BatchRun[], { terminal, json, leftOut }: BatchOptions): BatchLines {
  const tellLeftOut = () => {
    if (!json && leftOut.length > 0) {
      terminal.err(`${leftOut.length === 1 ? 'One image was' : `${leftOut.length} images were`} left out:`);
    }
    for (const words of leftOut) {
      if (json) terminal.out(JSON.stringify({ type: 'notice', message: `Left out: ${words}` }));
      else terminal.err(`- ${words}`);
    }
  };
  if (runs.length === 1) return { begins() {}, ended: tellLeftOut };
  if (!json) terminal.err(forecast(runs));
  return {
    begins(run) {
      const place = runs.indexOf(run) + 1;
      const settings = Object.fromEntries(run.varied.map(({ name, shown }) => [name, shown]));
      if (json) terminal.out(JSON.stringify({ type: 'batch-run', run: place, runs: runs.length, settings }));
      else terminal.err(`Run ${place} of ${runs.length}: ${describe(run)}`);
    },
    ended(ends) {
      if (json) return tellLeftOut();
      const done = ends.filter(({ outcome }) => outcome === 'succeeded').length;
      terminal.err(`${done} of ${runs.length} runs succeeded.`);
      for (const [place, { outcome, problem }] of ends.entries()) {
        const run = runs[place];
        if (outcome !== 'failed' || run === undefined) continue;
        terminal.err(`Failed: run ${place + 1}, ${describe(run)}${problem === undefined ? '' : `. ${problem}`}`);
      }
      tellLeftOut();
    },
  };
}

/** The suffix that a varied setting adds to file names: an image's name unchanged, a number with its param. */
export function nameInFiles({ name, shown }: WorkflowVariant['varied'][number]): string {
  const isNumber = /^[-+.\d]/.test(shown) && Number.isFinite(Number(shown));
  return isNumber ? `${name.slice(name.indexOf('.') + 1)}${shown}` : shown;
}

function describe({ varied }: BatchRun): string {
  return varied.map(({ name, shown }) => `${name}=${shown}`).join(', ');
}

function forecast(runs: readonly BatchRun[]): string {
  // Nodes with side effects run each time, and are not shared.
  const plans = runs.flatMap(({ plan }) => plan ?? []);
  const all = plans.flatMap(({ nodes, fingerprints }) =>
    nodes.flatMap((node, i) => (node.definition.sideEffects ? [] : [fingerprints[i]])),
  );
  const shared = all.length - new Set(all).size;
  return `${runs.length} runs.${shared === 0 ? '' : ` Of their ${all.length} nodes ${shared} are the same as in an earlier run, and are evaluated once.`}`;
}
