import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareRecords, type Workflow } from '@unclip-studio/graph-core';
import { PORT_CODECS } from '@unclip-studio/nodes-unclip';
import { decodeImage, readArrayFile } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { openSmallCheckpoint } from '../support/checkpoint-copy.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, type TestServer } from '../support/test-server.js';

// A data folder left by the program of commit 1ab270b: two runs, their outputs and cached results, a saved workflow. It
// named checkpoints by files and times, so what depends on one is computed again; everything else is found.

const OLD = fileURLToPath(new URL('../fixtures/data-folder', import.meta.url));
const CHECKPOINTS = fileURLToPath(new URL('../golden/checkpoints', import.meta.url));

async function openOldFolder(): Promise<TestServer> {
  const folder = join(tempFolder(), 'data');
  cpSync(OLD, folder, { recursive: true });
  const server = await startTestServer(
    folder,
    {},
    {
      machine: { modelFolders: [CHECKPOINTS], device: 'cpu' },
      resultBytes: 2 ** 24,
    },
  );
  onTestFinished(() => server.close());
  return server;
}

/** Runs a workflow to its end. @returns the run with its nodes */
async function runAgain(server: TestServer, workflow: Workflow) {
  const { body: started } = await server.ask('POST', '/api/runs', { workflow });
  await expect
    .poll(async () => (await server.ask('GET', `/api/runs/${started.id}`)).body.state, { timeout: 60_000 })
    .toBe('succeeded');
  return (await server.ask('GET', `/api/runs/${started.id}`)).body;
}

const stateOf = ({ nodes }: { readonly nodes: Readonly<Record<string, { readonly state: string }>> }) =>
  Object.fromEntries(Object.entries(nodes).map(([id, { state }]) => [id, state]));

async function pixelsOf(server: TestServer, output: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  const answer = await fetch(`${server.origin}/api/outputs/${output}`, { headers });
  return (await decodeImage(new Uint8Array(await answer.arrayBuffer()), 'the output')).data;
}

test('opens with its runs, outputs and saved workflows', async () => {
  const server = await openOldFolder();

  const { runs } = (await server.ask('GET', '/api/runs')).body;
  const { workflows } = (await server.ask('GET', '/api/workflows')).body;

  expect(runs).toMatchObject([
    { title: 'A variation', state: 'succeeded', outputs: [{ name: 'variation', widthPx: 32 }] },
    { title: 'Only images', state: 'succeeded', outputs: [{ name: 'small', widthPx: 16 }] },
  ]);
  expect(workflows).toMatchObject([{ name: 'variation', title: 'A variation' }]);
  expect((await pixelsOf(server, runs[0].outputs[0].id)).length).toBe(3 * 32 * 32);
});

test('a run whose results do not depend on a checkpoint uses the cached ones', async () => {
  const server = await openOldFolder();
  const [, old] = (await server.ask('GET', '/api/runs')).body.runs;
  const { body: workflow } = await server.ask('GET', `/api/runs/${old.id}/workflow`);

  const again = await runAgain(server, workflow);

  expect(stateOf(again)).toMatchObject({ small: 'cached', save: 'finished' });
  expect(await pixelsOf(server, again.outputs[0].id)).toEqual(await pixelsOf(server, old.outputs[0].id));
});

test('a run that depends on a checkpoint makes the same image again, and its receipt says that the checkpoint has another name', async () => {
  const server = await openOldFolder();
  const [old] = (await server.ask('GET', '/api/runs')).body.runs;
  const { body: workflow } = await server.ask('GET', `/api/runs/${old.id}/workflow`);

  const again = await runAgain(server, workflow);

  expect(stateOf(again)).toMatchObject({ embed: 'finished', sample: 'finished', decode: 'finished' });
  expect(await pixelsOf(server, again.outputs[0].id)).toEqual(await pixelsOf(server, old.outputs[0].id));
  const receiptOf = async (output: string) => (await server.ask('GET', `/api/outputs/${output}/receipt`)).body;
  const [before, after] = [await receiptOf(old.outputs[0].id), await receiptOf(again.outputs[0].id)];
  expect(compareRecords(before.record.nodes, after.record.nodes).map(({ a, what }) => ({ node: a.id, what }))).toEqual([
    { node: 'model', what: { kind: 'param', param: 'checkpoint' } },
  ]);
});

test('each stored value is read, and would be written in the same form today', async () => {
  const checkpoint = await openSmallCheckpoint();
  const read: string[] = [];
  for (const entry of readdirSync(join(OLD, 'results'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // Behind the sha256 of the rest.
    const { header, arrays } = readArrayFile(readFileSync(join(entry.parentPath, entry.name)).subarray(32));
    const { outputs = {} } = header as { readonly outputs?: Readonly<Record<string, KeptOutput>> };
    let next = 0;
    for (const { portType, version, fields, arrays: count } of Object.values(outputs)) {
      const codec = PORT_CODECS.get(portType);
      const stored = { fields, arrays: arrays.slice(next, next + count) };
      next += count;
      const value = await codec?.decode(stored, {
        rebind: async () => checkpoint,
        rebindModel: () => Promise.reject(new Error('none')),
      });
      const again = codec?.encode(value);

      expect(codec?.version).toBe(version);
      expect(again?.arrays).toEqual(stored.arrays);
      // The checkpoint of an embedding is the one that was found.
      const { identity, name } = checkpoint;
      const isBound = typeof fields === 'object' && fields !== null && 'checkpoint' in fields;
      expect(again?.fields).toEqual(isBound ? { ...fields, checkpoint: { name, identity } } : fields);
      read.push(portType);
    }
  }

  expect([...new Set(read)].sort()).toEqual(['condition', 'conditioning', 'embed', 'generator', 'image', 'latent']);
});

interface KeptOutput {
  readonly portType: string;
  readonly version: number;
  readonly fields: unknown;
  readonly arrays: number;
}
