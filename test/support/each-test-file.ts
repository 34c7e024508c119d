import fc from 'fast-check';
import { expect } from 'vitest';
import { randomRuns, testSeed } from './test-seed.js';

// A setup file of vitest, run before each test file.

// Property tests draw from the seed of the run, which is printed and can be given again.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: testSeed(), numRuns: randomRuns(100) });

// As a page does before it is drawn.
if (/\/test\/(editor\/|workflows)/.test(expect.getState().testPath ?? '')) {
  await (await import('@unclip-studio/editor/messages')).setPageLanguage('en');
}

// For scripts/profile-tests.mjs; processes inherit it.
process.env['UNCLIP_PROFILE_FILE'] = expect.getState().testPath;

// Without it megabytes are compared number by number, which takes most of a second.
declare global {
  var comparesBytesAtOnce: boolean | undefined;
}
if (globalThis.comparesBytesAtOnce !== true) {
  globalThis.comparesBytesAtOnce = true;
  expect.addEqualityTesters([equalBytes]);
}

/** @returns undefined if the numbers themselves have to be compared, such as 0 and -0 */
function equalBytes(a: unknown, b: unknown): boolean | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  const [first, second] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  ) as [Buffer, Buffer];
  return first.equals(second) ? true : undefined;
}
