import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEditor, checkStyle, checkTypes, checkUnused } from './build.mjs';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

/** More files than this fail together only when something is broken. */
const MAX_UNSTEADY_FILES = 3;

/**
 * Runs every check and ends with a line `N passed, N failed`: the tests, and each other check only if it fails.
 *
 * @param args for vitest, such as the path of one test file
 * @returns the exit code: 0 if nothing failed
 */
export async function runTests(args) {
  console.log('Types ...');
  const typesFail = (await checkTypes()) !== 0;
  console.log('Style ...');
  const styleFails = (await checkStyle()) !== 0;
  console.log('Unused code ...');
  const unusedFails = (await checkUnused()) !== 0;
  console.log('Editor ...');
  const editorFails = (await buildEditor()) !== 0;
  const tests = await runVitest(args);
  const failed = tests.failed + Number(typesFail) + Number(styleFails) + Number(unusedFails) + Number(editorFails);
  if (typesFail) console.log('The types do not fit; see above.');
  if (styleFails) console.log('Format or lint rules are broken; see above, and `npx biome check --write`.');
  if (unusedFails) console.log('Something is exported, installed or lies about that nothing uses; see above.');
  if (editorFails) console.log('The editor does not build; see above.');
  console.log(`${tests.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/**
 * Runs the tests. A file with a failure gets a second run by itself, without the rest of the suite beside it: what
 * fails again is broken, what passes then is unsteady, which is printed by name. Where many fail, the first word counts.
 */
async function runVitest(args) {
  const first = await runOnce(args);
  const again = first.files.filter((file) => file.failed > 0);
  if (first.files.length < 2 || again.length === 0 || again.length > MAX_UNSTEADY_FILES) return totalOf(first);
  console.log(`Failed, now by themselves: ${again.map(({ name }) => name).join(', ')}`);
  const second = await runOnce(again.map(({ name }) => name));
  for (const { name } of second.files.filter((file) => file.failed === 0)) {
    console.log(`Unsteady: ${name} failed beside the others and passed by itself. It wants mending.`);
  }
  const steady = first.files.filter((file) => file.failed === 0);
  return totalOf({ files: [...steady, ...second.files], unhandled: first.unhandled + second.unhandled });
}

/** @returns the files with their counts, and how many errors there were outside of any test */
async function runOnce(args) {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/test-report.mjs')}`];
    const code = await runNode([vitest, 'run', ...reporters, ...args], {
      env: { ...process.env, UNCLIP_TEST_REPORT: report },
    });
    const { files, unhandled } = readReport(report);
    const isExplained = unhandled > 0 || files.some((file) => file.failed > 0);
    return { files, unhandled: code !== 0 && !isExplained ? 1 : unhandled };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.log('The test runner ended without a report.');
    return { files: [], unhandled: 1 };
  }
}

function totalOf({ files, unhandled }) {
  const sum = (of) => files.reduce((total, file) => total + of(file), 0);
  if (unhandled > 0) console.log(`${unhandled} errors outside of any test; see above.`);
  return { passed: sum((file) => file.passed), failed: sum((file) => file.failed) + unhandled };
}
