import { createHash, randomInt } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CoverageMap, readCoverageMap } from './coverage-map.js';
import { drawMutations, listMutations } from './draw.js';
import { judge, type Verdict } from './judge.js';
import { findMutations, type Mutation } from './mutations.js';
import { openWorkbench, type Workbench } from './workbench.js';

// npm run test:mutants -- [--seed N] [--count 60] [--state FILE] [--files PREFIX] [--tests PREFIX] [--work DIR] [--map] [--suite DIR]
// How many small faults of the sources do the tests find? docs/TESTING.md, "Mutants", says how to use and read it.
/** Wrong options, or a state file that does not fit. */
class CallerError extends Error {}

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly state: string;
  readonly files: string;
  readonly tests: string;
  readonly work: string;
  readonly map: boolean;
  readonly suite: string | undefined;
}

// So that the handlers of `exit` end the tests that are running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  const options = readOptions();
  await (options.suite === undefined ? testMutants(options) : compareSuite(options, options.suite));
} catch (error) {
  if (!(error instanceof CallerError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** Draws until enough mutations compile; what the state file holds already is not done again. */
async function testMutants(options: Options) {
  const { seed, count, state, files, work } = options;
  const bench = openWorkbench(ROOT, work);
  const done = readState(state, { seed, sources: bench.fingerprint() });
  console.log(`Seed ${seed}; state in ${state}; the copy is ${work}`);
  const coverage = await openCoverage(bench, ROOT, options);
  const verdicts: Verdict[] = [];
  for (const mutation of drawMutations(listMutations(bench, files), seed)) {
    if (verdicts.length === count) break;
    const known = done.get(keyOf(mutation));
    const verdict = known ?? (await judge(bench, mutation, coverage.plan(mutation), { seed, isCoveringOnly: false }));
    if (known === undefined) appendFileSync(state, `${JSON.stringify(verdict)}\n`);
    if (verdict.outcome === 'invalid') continue;
    verdicts.push(verdict);
    console.log(row(verdicts.length, verdict));
  }
  summarize(verdicts);
}

/** Runs the tests of another checkout that cover the first mutants of the state file, where it has the same code. */
async function compareSuite(options: Options, suite: string) {
  const { seed, count, state, work } = options;
  const bench = openWorkbench(suite, `${work}-suite`);
  const coverage = await openCoverage(bench, suite, options);
  const done = readLines(state).filter((line): line is Verdict => 'outcome' in line && line.outcome !== 'invalid');
  const verdicts: Verdict[] = [];
  for (const there of done) {
    if (verdicts.length === count) break;
    const mutation = findAgain(bench, there);
    const verdict = mutation && (await judge(bench, mutation, coverage.plan(mutation), { seed, isCoveringOnly: true }));
    if (verdict === undefined || verdict.outcome === 'invalid') {
      console.log(`Not in ${suite}: ${there.file}:${there.line} ${there.before}`);
      continue;
    }
    verdicts.push(verdict);
    console.log(`${row(verdicts.length, verdict)} (here: ${there.by || 'SURVIVED'})`);
  }
  summarize(verdicts);
}

async function openCoverage(bench: Workbench, checkout: string, { seed, tests, map }: Options): Promise<CoverageMap> {
  const path = join(ROOT, 'node_modules/.cache/mutants', `coverage-${shortHash(checkout)}.jsonl`);
  if (map) rmSync(path, { force: true });
  if (!(await bench.build()) || !(await bench.buildPage())) throw new Error(`${checkout} does not build.`);
  const coverage = await readCoverageMap(bench, {
    ...{ path, seed, prefix: tests },
    say: (line) => console.log(line),
  });
  for (const { test } of coverage.tests.filter(({ isGreen }) => !isGreen)) {
    console.log(`Left out, for it fails without a mutant: ${test}`);
  }
  return coverage;
}

type StateLine = Verdict | { readonly seed: number; readonly sources: string };

function readState(path: string, head: { readonly seed: number; readonly sources: string }): Map<string, Verdict> {
  const [first, ...verdicts] = readLines(path);
  if (first === undefined) {
    appendFileSync(path, `${JSON.stringify(head)}\n`);
  } else if (!('sources' in first) || first.sources !== head.sources || first.seed !== head.seed) {
    throw new CallerError(
      `${path} is of another seed or of other sources. Give --state another file, or delete this one.`,
    );
  }
  return new Map(verdicts.flatMap((line) => ('outcome' in line ? [[keyOf(line), line]] : [])));
}

function readLines(path: string): readonly StateLine[] {
  if (!existsSync(path)) return [];
  // A run that was ended while it wrote leaves half a line.
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as StateLine);
}

function keyOf({ file, start, end, text }: Mutation): string {
  return `${file}:${start}:${end}:${text}`;
}

/** The same change of the same code, which may lie on another line; undefined if it is not there, or not only once. */
function findAgain(bench: Workbench, { file, kind, text, before, after, scopes }: Mutation): Mutation | undefined {
  if (!existsSync(join(bench.folder, file))) return undefined;
  const same = findMutations(file, bench.read(file)).filter((other) => {
    return other.kind === kind && other.text === text && other.before === before && other.after === after;
  });
  const [only, second] = same.filter((other) => other.scopes.join() === scopes.join());
  return second === undefined ? only : undefined;
}

function row(index: number, { file, line, kind, before, after, outcome, by, seconds }: Verdict): string {
  const how = {
    killed: `killed by ${by}`,
    'timed out': `killed by time-out in ${by}`,
    survived: 'SURVIVED',
    invalid: '',
  };
  return `${index} | ${file}:${line} | ${kind} | ${before} -> ${after} | ${how[outcome]} | ${seconds.toFixed(0)} s`;
}

function summarize(verdicts: readonly Verdict[]): void {
  const survivors = verdicts.filter(({ outcome }) => outcome === 'survived');
  if (survivors.length > 0) console.log('\nSurvivors:');
  for (const survivor of survivors) console.log(row(verdicts.indexOf(survivor) + 1, survivor));
  console.log(`${verdicts.length - survivors.length} of ${verdicts.length} killed`);
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      count: { type: 'string' },
      state: { type: 'string' },
      files: { type: 'string', default: '' },
      tests: { type: 'string', default: '' },
      work: { type: 'string' },
      map: { type: 'boolean', default: false },
      suite: { type: 'string' },
    },
  });
  const fromCaller = (path: string) => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
  const given = values.state === undefined ? undefined : fromCaller(values.state);
  // A continued run keeps its seed.
  const begun = given === undefined ? undefined : readLines(given)[0];
  const seed = toNumber('--seed', values.seed) ?? (begun && 'seed' in begun ? begun.seed : randomInt(2 ** 31));
  return {
    seed,
    count: toNumber('--count', values.count) ?? (values.suite === undefined ? 60 : 10),
    state: given ?? join(tmpdir(), `unclip-mutants-${seed}.jsonl`),
    files: values.files,
    tests: values.tests,
    work: values.work === undefined ? join(tmpdir(), `unclip-mutants-${shortHash(ROOT)}`) : fromCaller(values.work),
    map: values.map,
    suite: values.suite === undefined ? undefined : fromCaller(values.suite),
  };
}

function toNumber(name: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,10}$/.test(text))
    throw new CallerError(`${name}: expected a whole number, got "${text}".`);
  return text === undefined ? undefined : Number(text);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
