import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runNode } from './child.mjs';
import { ROOT } from './root.mjs';

/**
 * `npm run test:profile`: runs the tests and prints, per file, the seconds it took and what it started and waited for.
 * The programs that are started by other means than Node (by Chromium, by Redis) are not counted.
 *
 * @param args for vitest
 * @returns vitest's exit code
 */
export async function profileTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-profile-'));
  try {
    const notes = join(folder, 'notes.jsonl');
    const report = join(folder, 'report.json');
    const code = await runNode(
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...['--project=unit', '--project=process', '--project=browser'],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      ],
      {
        env: {
          ...process.env,
          UNCLIP_PROFILE: notes,
          NODE_OPTIONS: `--require ${join(ROOT, 'scripts/profile-preload.cjs')}`,
        },
      },
    );
    printTable(JSON.parse(readFileSync(report, 'utf8')), existsSync(notes) ? readFileSync(notes, 'utf8') : '');
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printTable({ testResults }, notes) {
  const started = new Map();
  for (const line of notes.split('\n').filter((text) => text !== '')) {
    const { file, kind, ms } = JSON.parse(line);
    const counts = started.get(file) ?? { process: 0, browser: 0, build: 0, sleep: 0 };
    counts[kind] += kind === 'sleep' ? ms / 1000 : 1;
    started.set(file, counts);
  }
  const rows = testResults.map(({ name, startTime, endTime, assertionResults }) => ({
    file: relative(ROOT, name),
    seconds: (endTime - startTime) / 1000,
    tests: assertionResults.length,
    ...(started.get(name) ?? { process: 0, browser: 0, build: 0, sleep: 0 }),
  }));
  console.log(
    '| file | seconds | tests | processes | browsers | builds | seconds slept |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const row of rows.sort((a, b) => b.seconds - a.seconds)) {
    const { file, seconds, tests, process, browser, build, sleep } = row;
    console.log(
      `| ${file} | ${seconds.toFixed(1)} | ${tests} | ${process} | ${browser} | ${build} | ${sleep.toFixed(1)} |`,
    );
  }
}
