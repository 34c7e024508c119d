import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('a command installs packages once, and the next one goes straight to its work', () => {
  // Ends at once, as it is not told which folder.
  const ask = () => spawnSync(process.execPath, ['scripts/run.mjs', 'parity'], { cwd: ROOT, encoding: 'utf8' }).stderr;
  expect(ask()).toContain('Which golden set?');
  expect(ask()).toMatch(/^Which golden set\?/);
});

test('the scripts that install packages need none themselves', () => {
  const needed = readdirSync(`${ROOT}scripts`)
    .filter((name) => name.endsWith('.mjs'))
    .flatMap((name) => {
      const text = readFileSync(`${ROOT}scripts/${name}`, 'utf8');
      return [...text.matchAll(/^(?:import .*|} )from '([^'.][^']*)';$/gm)].map((match) => `${name}: ${match[1]}`);
    });

  expect(needed.length).toBeGreaterThan(5);
  expect(needed.filter((one) => !one.includes(': node:'))).toEqual([]);
});
