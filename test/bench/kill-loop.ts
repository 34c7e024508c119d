import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKillLoop } from '../support/kill-loop.js';
import { rounded } from '../support/measure.js';

// npm run bench -- kill-loop [--json] [SEED]
const json = process.argv.includes('--json');
const seed = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), 'unclip-kill-loop-'));
try {
  const startedMs = performance.now();
  const report = await runKillLoop({
    folder,
    rounds: 30,
    seed,
    onRound: (line) => void (json || console.log(line)),
  });
  console.log(JSON.stringify({ ...report, seed, seconds: rounded((performance.now() - startedMs) / 1000) }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
