import type { ComfyCase, ComfySet } from './comfy-set.js';
import { compareCase } from './compare-case.js';
import { createPromptRunner, type PromptRunner } from './run-prompt.js';

/** What became of a case. */
export type ComfyResult =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly problems: readonly string[] }
  /** Nodes of it have no counterpart here. */
  | { readonly outcome: 'unsupported'; readonly nodes: readonly string[] };

export interface ComfyReport {
  readonly id: string;
  readonly result: ComfyResult;
}

/** Runs all cases of a set, or those whose id begins so, one after the other. */
export async function runComfySet(set: ComfySet, only = ''): Promise<readonly ComfyReport[]> {
  const runner = createPromptRunner({ imageFolder: set.imageFolder, modelFolders: set.modelFolders });
  const reports: ComfyReport[] = [];
  try {
    for (const comfyCase of set.cases.filter(({ id }) => id.startsWith(only))) {
      reports.push({ id: comfyCase.id, result: await runCase(comfyCase, set, runner) });
    }
  } finally {
    await runner.close();
  }
  return reports;
}

async function runCase(comfyCase: ComfyCase, set: ComfySet, runner: PromptRunner): Promise<ComfyResult> {
  try {
    const run = await runner.run(set.promptText(comfyCase));
    const problems = compareCase(comfyCase, set, run);
    return problems.length === 0 ? { outcome: 'passed' } : { outcome: 'failed', problems };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const nodes = [...words.matchAll(/"ComfyUI:([^"]+)"/g)].map(([, type]) => type as string);
    return nodes.length > 0
      ? { outcome: 'unsupported', nodes: [...new Set(nodes)] }
      : { outcome: 'failed', problems: [words] };
  }
}

/** The last line is `N passed, N failed`. */
export function describeComfyReports(reports: readonly ComfyReport[]): readonly string[] {
  const count = (outcome: ComfyResult['outcome']) => reports.filter(({ result }) => result.outcome === outcome).length;
  const lines = reports.flatMap(({ id, result }) => {
    if (result.outcome === 'passed') return [];
    if (result.outcome === 'unsupported') return [`not supported: ${id} (${result.nodes.join(', ')})`];
    return [`FAILED ${id}`, ...result.problems.slice(0, 6).map((problem) => `    ${problem.slice(0, 300)}`)];
  });
  const unsupported = count('unsupported');
  return [
    ...lines,
    ...(unsupported === 0 ? [] : [`${unsupported} not supported`]),
    `${count('passed')} passed, ${count('failed')} failed`,
  ];
}
