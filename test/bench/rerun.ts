import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setParam, type Workflow } from '@unclip-studio/graph-core';
import { type BuiltServer, buildServer, startBuiltServer } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';

// npm run bench -- rerun [--json]: the image-variation workflow on a server that was started anew, with the results of
// the one before it: nothing changed, and only the name of SaveImage changed. And the same on the command line, where
// the run is timed from its first event to its last, so that the start of the process is not in it.
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
  /** From the request until the run is known to have ended; start-up is not in it. */
  readonly ms: number;
  readonly evaluated: readonly string[];
}

async function withServer<Value>(act: (server: BuiltServer) => Promise<Value>): Promise<Value> {
  const server = await startBuiltServer(folder);
  try {
    // What a user's hand takes at least; the worker looks at the last workflow's files meanwhile.
    await wait(1000);
    return await act(server);
  } finally {
    await server.end();
  }
}

interface EndedRun {
  readonly id: string;
  readonly finishedAt?: string;
  readonly nodes: Readonly<Record<string, { readonly state: string }>>;
}

async function run({ origin, token }: BuiltServer, workflow: Workflow): Promise<RunFigures> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const startedMs = performance.now();
  const posted = await fetch(`${origin}/api/runs`, { method: 'POST', headers, body: JSON.stringify({ workflow }) });
  const { id } = (await posted.json()) as EndedRun;
  for (;;) {
    const answer = await fetch(`${origin}/api/runs/${id}`, { headers });
    const { finishedAt, nodes } = (await answer.json()) as EndedRun;
    if (finishedAt !== undefined) {
      const evaluated = Object.entries(nodes).filter(([, { state }]) => state !== 'cached');
      return { ms: rounded(performance.now() - startedMs, 1), evaluated: evaluated.map(([node]) => node) };
    }
    await wait(1);
  }
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
