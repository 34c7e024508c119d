import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutation } from './mutations.js';
import type { Workbench } from './workbench.js';

/** What one test file executes, in all its processes. */
interface CoverageOfTest {
  readonly test: string;
  readonly seconds: number;
  /** Without a mutant; one that fails says nothing about mutants and is left out. */
  readonly isGreen: boolean;
  /** Source file without its ending -> names of the functions executed, '' for the module itself. */
  readonly executed: Readonly<Record<string, readonly string[]>>;
}

/** Test files in the order in which they are to be run. */
export interface TestPlan {
  /** Those that execute the function. */
  readonly ofFunction: readonly TimedTest[];
  /** Those that execute another part of the file. */
  readonly ofFile: readonly TimedTest[];
  /** All others of the package. */
  readonly ofPackage: readonly TimedTest[];
}

export interface TimedTest {
  readonly test: string;
  readonly seconds: number;
}

export interface CoverageMap {
  readonly tests: readonly CoverageOfTest[];
  plan(mutation: Mutation): TestPlan;
}

const HOOK = fileURLToPath(new URL('coverage-hook.mjs', import.meta.url));
const TEST_LIMIT_SECONDS = 900;

/** Package -> the folders of `test` that are about it; all others execute it at most. */
const TESTS_OF_PACKAGE: Readonly<Record<string, RegExp>> = {
  'graph-core': /^test\/graph-core\//,
  'nodes-unclip': /^test\/(nodes-unclip|parity|semantics)\//,
  comfyui: /^test\/comfyui\//,
  server: /^test\/(server|simulation|deploy|docs)\//,
  editor: /^test\/(editor|e2e)\//,
};

interface CoverageMapOptions {
  /** JSON lines, one a test file. */
  readonly path: string;
  /** Only test files whose paths begin so. */
  readonly prefix: string;
  readonly seed: number;
  say(line: string): void;
}

/** Runs each test file by itself and notes what it executes. What is noted in the file already is not run again. */
export async function readCoverageMap(
  bench: Workbench,
  { path, prefix, seed, say }: CoverageMapOptions,
): Promise<CoverageMap> {
  mkdirSync(dirname(path), { recursive: true });
  const known = new Map(readLines(path).map((entry) => [entry.test, entry]));
  const files = listTests(bench.folder).filter((test) => test.startsWith(prefix));
  const missing = files.filter((test) => !known.has(test));
  if (missing.length > 0) say(`Taking the coverage of ${missing.length} test files ...`);
  if (missing.some(isBrowserTest) && !(await bench.buildPage({ isReadable: true }))) {
    throw new Error('The page of the editor does not build without minifying.');
  }
  for (const [index, test] of missing.entries()) {
    const entry = await takeCoverage(bench, test, seed);
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
    known.set(test, entry);
    say(
      `${index + 1} of ${missing.length}: ${test}, ${entry.seconds.toFixed(1)} s${entry.isGreen ? '' : ', NOT GREEN'}`,
    );
  }
  const tests = files.flatMap((test) => known.get(test) ?? []);
  return { tests, plan: (mutation) => planTests(tests, mutation) };
}

export function isBrowserTest(test: string): boolean {
  return test.startsWith('test/e2e/');
}

function listTests(folder: string): readonly string[] {
  return readdirSync(join(folder, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('test/long/'))
    .sort();
}

function readLines(path: string): readonly CoverageOfTest[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CoverageOfTest);
}

async function takeCoverage(bench: Workbench, test: string, seed: number): Promise<CoverageOfTest> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-coverage-'));
  try {
    const env = {
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${pathToFileURL(HOOK)}`.trim(),
      UNCLIP_COVERAGE_DIR: folder,
      UNCLIP_COVERAGE_OF_PAGE: isBrowserTest(test) ? '1' : '',
    };
    const limits = { limitSeconds: TEST_LIMIT_SECONDS, seed };
    const noted = await bench.test([test], { ...limits, env });
    // The notes take time and memory, which some tests are about.
    const plain = noted.outcome === 'passed' ? noted : await bench.test([test], limits);
    return { test, seconds: plain.seconds, isGreen: plain.outcome === 'passed', executed: mergeNotes(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mergeNotes(folder: string): CoverageOfTest['executed'] {
  const merged = new Map<string, Set<string>>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const notes = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CoverageOfTest['executed'];
    for (const [file, functions] of Object.entries(notes)) {
      const all = merged.get(file) ?? new Set();
      for (const one of functions) all.add(one);
      merged.set(file, all);
    }
  }
  return Object.fromEntries([...merged].map(([file, names]) => [file, [...names].sort()]));
}

function planTests(tests: readonly CoverageOfTest[], { file, scopes }: Mutation): TestPlan {
  const packageName = file.split('/')[1] ?? '';
  const source = file.replace(/\.tsx?$/, '');
  const scope = scopes[0] ?? '';
  const green = tests.filter(({ isGreen }) => isGreen).sort((a, b) => a.seconds - b.seconds);
  const ofFunction = green.filter(({ executed }) => executed[source]?.includes(scope));
  const ofFile = green.filter((entry) => !ofFunction.includes(entry) && entry.executed[source] !== undefined);
  const ofPackage = green.filter(
    (entry) =>
      !ofFunction.includes(entry) && !ofFile.includes(entry) && TESTS_OF_PACKAGE[packageName]?.test(entry.test),
  );
  return { ofFunction, ofFile, ofPackage };
}
