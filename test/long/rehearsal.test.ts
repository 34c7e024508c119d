import { readdirSync } from 'node:fs';
import { blobsFolderOf } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const REQUEST = { template: 'text-to-image', params: { sample: { steps: 2 } } };

async function start(folder: string): Promise<TestServer> {
  const server = await startTestServer(folder, {}, { resultBytes: 1e9 });
  onTestFinished(() => server.close());
  return server;
}

async function runIn(server: TestServer) {
  const { body } = await server.ask('POST', '/api/runs', REQUEST);
  await expect.poll(async () => (await server.ask('GET', `/api/runs/${body.id}`)).body.state).toBe('succeeded');
  return (await server.ask('GET', `/api/runs/${body.id}`)).body;
}

test('a server that starts again goes through its last run without a trace, and the run itself gives the same', async () => {
  const folder = tempFolder();
  const first = await start(folder);
  const run = await runIn(first);
  await first.close();
  const filesBefore = readdirSync(blobsFolderOf(folder), { recursive: true });

  const second = await start(folder);
  await expect.poll(async () => (await second.ask('GET', '/api/queue')).body.worker.phase).toBe('idle');
  // It would be over by now.
  await new Promise((resolve) => setTimeout(resolve, 1_000));

  expect(readdirSync(blobsFolderOf(folder), { recursive: true })).toEqual(filesBefore);
  expect((await second.ask('GET', '/api/runs')).body.runs).toHaveLength(1);
  expect((await second.ask('GET', '/api/outputs')).body.outputs).toHaveLength(run.outputs.length);
  const again = await runIn(second);
  expect(again.outputs.map(({ sha256 }: { sha256: string }) => sha256)).toEqual(
    run.outputs.map(({ sha256 }: { sha256: string }) => sha256),
  );
  const { save, ...others } = again.nodes;
  expect(new Set(Object.values(others).map((node) => (node as { state: string }).state))).toEqual(new Set(['cached']));
  expect(save.state).toBe('finished');
});
