import { type GoldenCase, type GoldenSet, GoldenSetError } from './golden-set.js';
import type { CaseResult, ParityStage } from './parity-stage.js';
import type { CaseReport } from './report.js';
import { stages } from './stages/index.js';

/**
 * Runs every case of a golden set, or those whose id begins so, in the order of its manifest.
 *
 * @throws GoldenSetError if the set is broken
 */
export async function runSet(set: GoldenSet, only = ''): Promise<readonly CaseReport[]> {
  const byName = new Map(stages.map((stage) => [stage.stage, stage]));
  const reports: CaseReport[] = [];
  try {
    for (const goldenCase of set.cases.filter(({ id }) => id.startsWith(only))) {
      const result = await runCase(byName.get(goldenCase.stage), goldenCase, set);
      reports.push({ id: goldenCase.id, stage: goldenCase.stage, result });
    }
  } finally {
    for (const stage of stages) await stage.close?.();
  }
  return reports;
}

async function runCase(stage: ParityStage | undefined, goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult> {
  if (stage === undefined) return { outcome: 'unsupported', reason: 'no such stage here' };
  try {
    const result = await stage.run(goldenCase, set);
    const isLeftOut = result.outcome === 'unsupported' && goldenCase.isOptional;
    return isLeftOut ? { outcome: 'skipped', reason: result.reason } : result;
  } catch (error) {
    if (error instanceof GoldenSetError) throw error;
    const detail = error instanceof Error ? `threw ${error.name}: ${error.message}` : `threw ${String(error)}`;
    return { outcome: 'failed', worstError: 0, tolerance: 'no error', details: [detail] };
  }
}
