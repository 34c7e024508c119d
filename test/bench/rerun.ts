import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setParam, type Workflow } from '@unclip-studio/graph-core';
import { connectBenchClient } from '../support/bench-client.js';
import { type BuiltServer, buildServer, startBuiltServer } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';

// npm run bench -- rerun [--json]: the image-variation workflow on a restarted server, with the results of the previous
// one: nothing changed, and only the name of SaveImage changed. And the same on the command line, where the run is
// timed from its first event to its last, which excludes the start of the process.
const ROUNDS = 7;
buildServer();
const WORKFLOW = JSON.parse(readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8')) as Workflow;

const folder = mkdtempSync(join(tmpdir(), 'unclip-rerun-'));
try {
  const first = await withServer((server) => run(server, WORKFLOW));
  const unchanged: RunFigures[] = [];
  const renamed: RunFigures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    unchanged.push(await withServer((server) => run(server, WORKFLOW)));
    renamed.push(await withServer((server) => run(server, setParam(WORKFLOW, 'save', 'name', `round-${round}`))));
  }
  const figures = {
    firstMs: first.ms,
    firstEvaluated: first.evaluated,
    unchangedMs: rounded(median(unchanged.map(({ ms }) => ms)), 1),
    unchangedEvaluated: unchanged[0]?.evaluated,
    renamedMs: rounded(median(renamed.map(({ ms }) => ms)), 1),
    renamedEvaluated: renamed[0]?.evaluated,
    ...commandLine(),
  };
  if (!process.argv.includes('--json')) console.log(figures);
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface RunFigures {
  /** From the request until the event that reports its end; without the start of the process. */
  readonly ms: number;
  readonly evaluated: readonly string[];
}

async function withServer<Value>(act: (server: BuiltServer) => Promise<Value>): Promise<Value> {
  const server = await startBuiltServer(folder);
  try {
    return await act(server);
  } finally {
    await server.end();
  }
}

async function run(server: BuiltServer, workflow: Workflow): Promise<RunFigures> {
  const { origin, token } = server;
  const client = await connectBenchClient(server);
  // As an editor does that has just been opened.
  await wait(1000);
  const { id, ms } = await client.run({ workflow });
  client.close();
  const answer = await fetch(`${origin}/api/runs/${id}`, { headers: { authorization: `Bearer ${token}` } });
  const { nodes } = (await answer.json()) as { readonly nodes: Readonly<Record<string, { readonly state: string }>> };
  const evaluated = Object.entries(nodes).filter(([, { state }]) => state !== 'cached');
  return { ms: rounded(ms, 1), evaluated: evaluated.map(([node]) => node) };
}

function commandLine() {
  const args = ['run', join(REPOSITORY, 'workflows/image-variations.json'), '--json', '--out', join(folder, 'out')];
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const bin = join(REPOSITORY, 'packages/server/bin/unclip.mjs');
    const { stdout } = spawnSync(process.execPath, [bin, ...args, '--cache-dir', join(folder, 'cache')]);
    const last = stdout.toString().trim().split('\n').at(-1) ?? '{}';
    return Number((JSON.parse(last) as { readonly durationMs?: number }).durationMs);
  });
  return {
    commandLineFirstMs: rounded(rounds[0] ?? 0, 0),
    commandLineUnchangedMs: rounded(median(rounds.slice(1)), 1),
  };
}
