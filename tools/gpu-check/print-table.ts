import { readFileSync } from 'node:fs';
import type { Row } from './check-table.js';

/** Columns of each check's table, in order; what a row lacks stays empty. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  runtime: ['onnxRuntime', 'backends', 'node', 'platform', 'card'],
  operations: ['device', 'what', 'way', 'ofLargest', 'rms', 'notFinite', 'ms'],
  'small-models': ['device', 'model', 'way', 'ofLargest', 'ms'],
  torch: ['model', 'side', 'precision', 'ms', 'ofLargest', 'rms', 'memoryMB'],
  'full-size': [
    'device',
    'model',
    'side',
    'way',
    'loadS',
    'firstMs',
    'ms',
    'ofLargest',
    'rms',
    'notFinite',
    'memoryMB',
  ],
};

/** Prints what is in files of results as Markdown tables. */
export function printTable(files: readonly string[]): void {
  const rows = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean)).map(toRow);
  for (const line of tablesOf(rows)) console.log(line);
}

function toRow(line: string): Row {
  return JSON.parse(line) as Row;
}

function tablesOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map(({ check }) => check))].flatMap((check) => {
    const own = rows.filter((row) => row.check === check);
    return ['', `### ${check}`, '', ...(check === 'self-test' ? own.flatMap(verdictLines) : table(check, own))];
  });
}

function table(check: string, rows: readonly Row[]): readonly string[] {
  const columns = [...(COLUMNS[check] ?? []), 'error', 'ended', 'notices'].filter((name) =>
    rows.some((row) => row[name] !== undefined),
  );
  return [
    `| ${columns.join(' | ')} |`,
    `|${' --- |'.repeat(columns.length)}`,
    ...rows
      .filter((row) => columns.some((name) => row[name] !== undefined))
      .map((row) => `| ${columns.map((name) => cell(row[name])).join(' | ')} |`),
  ];
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(cell).join(', ');
  return String(value).replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

interface Verdict {
  readonly usable: boolean;
  readonly reason: string;
  readonly cpuMs?: number;
  readonly ways?: readonly { readonly formulation: string; readonly error: number; readonly ms: number }[];
}

function verdictLines(row: Row): readonly string[] {
  if (row['verdict'] === undefined) return [`- ${cell(row['command'])}: ended with ${cell(row['ended'])}`];
  const { usable, reason, cpuMs, ways = [] } = row['verdict'] as Verdict;
  return [
    `- ${cell(row['device'])}: ${usable ? `can be used; the CPU takes ${cpuMs?.toFixed(1)} ms` : 'cannot be used'}${reason && `. ${reason}`}`,
    ...ways.map(({ formulation, error, ms }) => `  - ${formulation}: ${ms.toFixed(1)} ms, ${error.toPrecision(2)} off`),
  ];
}
