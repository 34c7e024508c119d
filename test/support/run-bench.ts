import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './variations.js';

/**
 * Runs another bench with `--json`, in a separate process.
 *
 * @returns the content of its last line; the bench defines its form
 */
export function runBench<Figures>(name: string, args: readonly string[] = []): Figures {
  const tsx = join(REPOSITORY, 'node_modules/tsx/dist/cli.mjs');
  const bench = join(REPOSITORY, `test/bench/${name}.ts`);
  const { stdout, status } = spawnSync(process.execPath, [tsx, bench, '--json', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the bench "${name}" ended with code ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figures;
}
