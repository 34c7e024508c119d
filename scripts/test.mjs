import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEditor, checkStyle, checkTypes, checkUnused } from './build.mjs';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

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

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runNode([vitest, 'run', ...reporters, ...args]);
    return countTests(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report, code) {
  let passed = 0;
  let failed = 0;
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const { assertionResults, status } of testResults) {
      const failures = assertionResults.filter((test) => test.status === 'failed').length;
      passed += assertionResults.filter((test) => test.status === 'passed').length;
      // A file that cannot even be loaded holds no test that failed.
      failed += status === 'failed' ? Math.max(1, failures) : failures;
    }
  } catch {
    console.log('The test runner ended without a report.');
  }
  // No failed test, yet no success: an error outside of any test, or nothing that was run.
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
