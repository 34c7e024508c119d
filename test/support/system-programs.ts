import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's packages for the tests of other machines and of proxies: the program that shows that one is there -> its name. */
const PACKAGES = [
  ['redis-server', 'redis-server'],
  ['ip', 'iproute2'],
  ['openssl', 'openssl'],
  ['nginx', 'nginx'],
] as const;

/** Once before all tests: who may install programs gets those here which are missing; elsewhere their tests say why not. */
export function setup(): void {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  const missing = PACKAGES.filter(([program]) => spawnSync('which', [program]).status !== 0).map(([, name]) => name);
  if (missing.length === 0) return;
  console.error(`Installing ${missing.join(', ')} for the tests of other machines and of proxies ...`);
  for (const task of [['update'], ['install', '--yes', '--no-install-recommends', ...missing]]) {
    try {
      execFileSync('apt-get', task, { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      console.error(`apt-get ${task[0]} failed; the tests that need ${missing.join(', ')} are left out.`);
      return;
    }
  }
}
