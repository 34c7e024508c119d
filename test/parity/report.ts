import type { CaseResult } from './parity-stage.js';

export interface CaseReport {
  readonly id: string;
  readonly stage: string;
  readonly result: CaseResult;
}

/**
 * The lines of a parity report; the last one is `N passed, N failed, N unsupported`, the one before it `N optional skipped` if
 * there are such.
 */
export function describeReport(reports: readonly CaseReport[]): readonly string[] {
  const stages = [...new Set(reports.map((report) => report.stage))];
  return [
    ...stages.flatMap((stage) =>
      describeStage(
        stage,
        reports.filter((report) => report.stage === stage),
      ),
    ),
    ...reports.flatMap(describeFailure),
    ...(countOutcome(reports, 'skipped') === 0 ? [] : [`${countOutcome(reports, 'skipped')} optional skipped`]),
    describeTotals(reports),
  ];
}

export function countOutcome(reports: readonly CaseReport[], outcome: CaseResult['outcome']): number {
  return reports.filter((report) => report.result.outcome === outcome).length;
}

function describeStage(stage: string, reports: readonly CaseReport[]): readonly string[] {
  const tolerances = new Set<string>();
  const reasons = new Map<string, number>();
  let worstError = 0;
  for (const { result } of reports) {
    if (result.outcome === 'unsupported' || result.outcome === 'skipped') {
      const reason = `${result.outcome === 'skipped' ? 'optional, skipped' : 'unsupported'}, %: ${result.reason}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      continue;
    }
    // Written so that a NaN shows.
    if (!(result.worstError <= worstError)) worstError = result.worstError;
    tolerances.add(result.tolerance);
  }
  const compared = tolerances.size > 0;
  const figures = compared ? `, worst error ${toShort(worstError)} (tolerance: ${describeTolerances(tolerances)})` : '';
  return [
    `${stage}: ${reports.length} cases, ${describeTotals(reports)}${figures}`,
    ...[...reasons].map(([reason, count]) => `    ${reason.replace('%', String(count))}`),
  ];
}

function describeTolerances(tolerances: ReadonlySet<string>): string {
  const single = new Set([...tolerances].flatMap((tolerance) => tolerance.split('; ')));
  const all = [...single];
  return all.length > 4 ? `${all.slice(0, 4).join(' | ')} | ${all.length - 4} more` : all.join(' | ');
}

function describeFailure({ id, result }: CaseReport): readonly string[] {
  return result.outcome === 'failed'
    ? [`FAILED ${id}`, ...result.details.slice(0, 8).map((detail) => `    ${detail}`)]
    : [];
}

function describeTotals(reports: readonly CaseReport[]): string {
  const passed = countOutcome(reports, 'passed');
  const failed = countOutcome(reports, 'failed');
  return `${passed} passed, ${failed} failed, ${countOutcome(reports, 'unsupported')} unsupported`;
}

function toShort(value: number): string {
  return value === 0 ? '0' : value.toExponential(2);
}
