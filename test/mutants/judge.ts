import { isBrowserTest, type TestPlan, type TimedTest } from './coverage-map.js';
import type { Mutation } from './mutations.js';
import type { Workbench } from './workbench.js';

/** What the tests made of one mutation. */
export interface Verdict extends Mutation {
  /** `invalid`: it does not compile, or changes nothing that is run, and does not count. */
  readonly outcome: 'killed' | 'timed out' | 'survived' | 'invalid';
  /** The test file that failed, or what else did. */
  readonly by: string;
  readonly seconds: number;
}

export interface JudgeOptions {
  readonly seed: number;
  /** Only the tests that execute the function. */
  readonly isCoveringOnly: boolean;
}

// Tests that run in one call of vitest, by the seconds they take together: first a few that cost little.
const BATCH_SECONDS = [5, 15, 45, 135];
// A mutant may make tests slower, and the machine may be busy; more than this is a hang.
const LIMIT_FACTOR = 5;
const LIMIT_SECONDS = 120;

/** Applies a mutation, builds, runs the tests of the plan until one fails, and takes the mutation back. */
export async function judge(
  bench: Workbench,
  mutation: Mutation,
  plan: TestPlan,
  options: JudgeOptions,
): Promise<Verdict> {
  const startedMs = performance.now();
  const { file, start, end, text } = mutation;
  const source = bench.read(file);
  const verdict = (outcome: Verdict['outcome'], by: string): Verdict => {
    return { ...mutation, outcome, by, seconds: (performance.now() - startedMs) / 1000 };
  };
  bench.write(file, source.slice(0, start) + text + source.slice(end));
  try {
    if (!(await bench.build())) return verdict('invalid', 'the compiler');
    const stages = options.isCoveringOnly ? [plan.ofFunction] : [plan.ofFunction, plan.ofFile, plan.ofPackage];
    for (const batch of stages.flatMap(toBatches)) {
      const files = batch.map(({ test }) => test);
      // The page of an earlier mutant is stale, too.
      if (files.some(isBrowserTest) && !(await bench.buildPage())) {
        return verdict('invalid', 'the bundler');
      }
      const limitSeconds = LIMIT_SECONDS + LIMIT_FACTOR * secondsOf(batch);
      const { outcome, failedFiles, output } = await bench.test(files, { limitSeconds, seed: options.seed });
      if (outcome === 'timed out') return verdict('timed out', files.join(' '));
      if (outcome === 'failed') return verdict('killed', failedFiles[0] ?? `outside of tests: ${output.slice(-200)}`);
    }
    return verdict('survived', '');
  } finally {
    bench.write(file, source);
  }
}

function toBatches(tests: readonly TimedTest[]): readonly (readonly TimedTest[])[] {
  const batches: TimedTest[][] = [];
  for (const test of tests) {
    const last = batches.at(-1);
    const room = BATCH_SECONDS[batches.length - 1] ?? Number.POSITIVE_INFINITY;
    if (last === undefined || secondsOf(last) + test.seconds > room) batches.push([test]);
    else last.push(test);
  }
  return batches;
}

function secondsOf(tests: readonly TimedTest[]): number {
  return tests.reduce((total, { seconds }) => total + seconds, 0);
}
