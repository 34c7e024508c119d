import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEditor, checkStyle, checkTypes, checkUnused } from './build.mjs';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

/**
 * Runs every check and ends with a line `N passed, N failed`: the tests, and each other check only if it fails.
 * A failed test is not repeated. The seed of the random tests is printed; `UNCLIP_TEST_SEED` sets it.
 *
 * @param args for vitest, such as the path of one test file
 * @returns the exit code: 0 if nothing failed
 */
export function runTests(args) {
  return runAllChecks(['unit', 'process', 'browser'], args);
}

/** The same with the tests of `test/long`, for what only time finds. @returns the exit code */
export function runLongTests(args) {
  return runAllChecks(['long'], args);
}

async function runAllChecks(projects, args) {
  // The types build what the page and the tests are made of, and what else uses an export.
  const built = timed('Types', checkTypes).then(async (code) => [
    code,
    ...(await Promise.all([timed('Editor', buildEditor), timed('Unused code', checkUnused)])),
  ]);
  const [[types, editor, unused], style] = await Promise.all([built, timed('Style', checkStyle)]);
  const [typesFail, editorFails, styleFails, unusedFails] = [types, editor, style, unused].map((code) => code !== 0);
  const tests = await runVitest([...projects.map((name) => `--project=${name}`), ...args]);
  const failed = tests.failed + [typesFail, styleFails, unusedFails, editorFails].filter(Boolean).length;
  if (typesFail) console.log('The types do not fit; see above.');
  if (styleFails) console.log('Format or lint rules are broken; see above, and `npx biome check --write`.');
  if (unusedFails) console.log('Something is exported or installed that nothing uses; see above.');
  if (editorFails) console.log('The editor does not build; see above.');
  console.log(`${tests.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function timed(name, check) {
  const startedMs = performance.now();
  const code = await check();
  console.log(`${name}: ${code === 0 ? 'ok' : 'failed'}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return code;
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-test-report-'));
  const report = join(folder, 'report.json');
  const seed = process.env.UNCLIP_TEST_SEED || String(randomInt(2 ** 31));
  console.log(`Random tests draw from UNCLIP_TEST_SEED=${seed}`);
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/test-report.mjs')}`];
    const code = await runNode([vitest, 'run', ...reporters, ...args], {
      env: { ...process.env, UNCLIP_TEST_SEED: seed, UNCLIP_TEST_REPORT: report },
    });
    const { passed, failed, failedFiles, unhandled } = readReport(report);
    if (unhandled > 0) console.log(`${unhandled} errors outside of any test; see above.`);
    if (failed > 0) console.log(`To repeat: UNCLIP_TEST_SEED=${seed} npm test -- ${failedFiles.join(' ')}`);
    const unexplained = code !== 0 && failed + unhandled === 0 ? 1 : 0;
    return { passed, failed: failed + unhandled + unexplained };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.log('The test runner ended without a report.');
    return { passed: 0, failed: 0, failedFiles: [], unhandled: 1 };
  }
}
