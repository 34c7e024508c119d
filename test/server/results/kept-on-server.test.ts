import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setParam, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { bundledWorkflow } from '../../support/kept-run.js';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, type TestServer, untilEnded } from '../../support/test-server.js';

// Whole servers, one after the other, over one data folder.

const QUICK = [
  ['sample', 'steps', 4],
  ['sample', 'count', 1],
] as const;
const WORKFLOW = QUICK.reduce<Workflow>(
  (workflow, [node, param, value]) => setParam(workflow, node, param, value),
  bundledWorkflow(),
);

interface ServedRun {
  readonly state: string;
  /** Nodes that were not taken from what is kept. */
  readonly evaluated: readonly string[];
  readonly sha256s: readonly string[];
}

async function withServer<Value>(folder: string, act: (server: TestServer) => Promise<Value>): Promise<Value> {
  const server = await startTestServer(folder, {}, { resultBytes: 1e9 });
  try {
    return await act(server);
  } finally {
    await server.close();
  }
}

async function run(server: TestServer, workflow: Workflow = WORKFLOW): Promise<ServedRun> {
  const { body } = await server.ask('POST', '/api/runs', { workflow });
  const { state, nodes, outputs } = await untilEnded(server, body.id);
  const evaluated = Object.entries(nodes as Record<string, { readonly state: string }>).filter(
    ([, node]) => node.state !== 'cached',
  );
  return {
    state,
    evaluated: evaluated.map(([node]) => node),
    sha256s: outputs.map(({ sha256 }: { readonly sha256: string }) => sha256),
  };
}

/** The figures for Prometheus, by name. */
async function figures(server: TestServer): Promise<Readonly<Record<string, number>>> {
  const { body } = await server.ask('GET', '/api/metrics');
  const lines = body.toString().split('\n') as readonly string[];
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^unclip_(\w+) ([\d.e+-]+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)]];
    }),
  );
}

describe('a restarted server', () => {
  test('runs no model for a workflow that has not changed, nor for another name of the file', async () => {
    const folder = tempFolder();
    const first = await withServer(folder, async (server) => [await run(server), await figures(server)] as const);

    const [again, renamed, after] = await withServer(folder, async (server) => [
      await run(server),
      await run(server, setParam(WORKFLOW, 'save', 'name', 'else')),
      await figures(server),
    ]);

    // Image and text encoder, four guided steps, and the decoder.
    expect(first[1]['model_runs']).toBeGreaterThanOrEqual(7);
    expect([again.state, again.evaluated]).toEqual(['succeeded', ['save']]);
    expect([renamed.state, renamed.evaluated]).toEqual(['succeeded', ['save']]);
    expect(again.sha256s).toEqual(first[0].sha256s);
    expect(after).toMatchObject({ model_runs: 0, results_damaged: 0, results_kept: 1 });
  });

  if (IS_LONG_SUITE) {
    test('makes the same image when a byte of every kept file has flipped, and counts them', async () => {
      const folder = tempFolder();
      const first = await withServer(folder, run);
      const files = filesIn(join(folder, 'results'));
      for (const [i, file] of files.entries()) flipByte(file, i);

      const [repaired, after] = await withServer(folder, async (server) => {
        const ended = await run(server);
        // The counts arrive when writing ends, just after the end of the run.
        await expect.poll(async () => (await figures(server))['results_written']).toBeGreaterThan(0);
        return [ended, await figures(server)] as const;
      });
      const again = await withServer(folder, run);

      expect(files.length).toBeGreaterThan(6);
      expect(repaired.sha256s).toEqual(first.sha256s);
      expect(repaired.evaluated).toContain('sample');
      expect(after['results_damaged']).toBe(files.length);
      expect([again.evaluated, again.sha256s]).toEqual([['save'], first.sha256s]);
    });
  }
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** In each file at another place. */
function flipByte(file: string, i: number): void {
  const bytes = readFileSync(file);
  const at = (i * 37) % bytes.length;
  bytes[at] = (bytes[at] as number) ^ 0x10;
  writeFileSync(file, bytes);
}
