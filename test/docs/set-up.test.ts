import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('a command installs packages once, and the next one goes straight to its work', () => {
  const ask = () => spawnSync(process.execPath, ['scripts/run.mjs', 'faults', '--help'], { cwd: ROOT, encoding: 'utf8' });
  expect(ask()).toMatchObject({ status: 0, stdout: expect.stringContaining('usage') });
  expect(ask()).toMatchObject({ status: 0, stderr: '' });
});
