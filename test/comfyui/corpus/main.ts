import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type TriedWorkflow, tryWorkflow } from './try-workflow.js';

interface TriedFile extends TriedWorkflow {
  readonly file: string;
}

/** Exit 0: at least the share of structures plans; 1: fewer; 2: no folder with JSON files. */
function main([folder, wanted = '85', ...others]: readonly string[]): number {
  const files = folder === undefined || others.length > 0 ? [] : jsonFilesOf(folder);
  if (folder === undefined || files.length === 0) {
    console.error('usage: npm run comfy-corpus -- DIR [PERCENT]    (DIR holds pages or prompts of ComfyUI as .json)');
    return 2;
  }
  const tried = files.map((file) => ({
    file: relative(folder, file),
    ...tryWorkflow(readFileSync(file, 'utf8')),
  }));
  for (const { file, isPlanned, causes } of tried) {
    console.log(isPlanned ? `planned      ${file}` : `not planned  ${file}: ${causes.join('; ')}`);
  }
  const distinct = firstOfEach(tried);
  for (const [cause, count] of rank(distinct)) console.log(`${String(count).padStart(5)}  ${cause}`);
  const planned = distinct.filter(({ isPlanned }) => isPlanned).length;
  const percent = (100 * planned) / distinct.length;
  console.log(`${tried.filter(({ isPlanned }) => isPlanned).length} of ${tried.length} files plan.`);
  console.log(`${planned} of ${distinct.length} distinct structures plan: ${percent.toFixed(1)} %`);
  return percent >= Number(wanted) ? 0 : 1;
}

function jsonFilesOf(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/** A structure counts once, and as planned only if all files of it are. */
function firstOfEach(tried: readonly TriedFile[]): readonly TriedFile[] {
  const found = new Map<string, TriedFile>();
  for (const one of tried) {
    const key = one.structure ?? one.file;
    if (found.get(key)?.isPlanned !== false) found.set(key, one);
  }
  return [...found.values()];
}

function rank(tried: readonly TriedFile[]): readonly (readonly [cause: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const cause of tried.flatMap(({ causes }) => causes)) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

process.exitCode = main(process.argv.slice(2));
