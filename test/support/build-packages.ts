import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Once before all tests: builds what is stale of the packages' `dist`, which tests import and processes start from,
 * and of `dist-test`, the same for the tests' own processes.
 *
 * @throws Error if the types do not fit
 */
export function setup(): void {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--build'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The packages do not build; see the type errors above.');
}
