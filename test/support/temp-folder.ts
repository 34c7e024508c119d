import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A folder of the running test's own, removed when the test is over. Absolute and free of links. */
export function tempFolder(): string {
  const folder = createFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same for all tests of a file, removed after the last of them. To be called at the top of the file. */
export function fileFolder(): string {
  const folder = createFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function createFolder(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'unclip-test-'));
}
