import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, createClient, type ServerEvent } from '@unclip-studio/client/node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer } from '../support/test-server.js';

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
beforeAll(async () => {
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const DRAW = { format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave', params: { side: 8 } } } };

test('a program starts a run, waits for its end, and reads the image that it made', async () => {
  // An address as people copy it.
  const client = createClient({ address: `${server.origin}/`, token: TEST_TOKEN });

  const { id, state } = await client.start({ workflow: DRAW, params: { save: { side: 16 } } });
  const run = await client.ended(id);
  const [output] = run.outputs;
  const bytes = output && (await client.readOutput(output));

  expect([state, run.state, output?.widthPx]).toEqual(['queued', 'succeeded', 16]);
  expect(bytes?.length).toBe(output?.sizeBytes);
  // It ended before it was requested.
  expect(await client.ended(id)).toEqual(run);
});

test('events and previews come until the listener is closed', async () => {
  const client = createClient({ address: server.origin, token: TEST_TOKEN });
  const events: ServerEvent[] = [];
  const previews: string[] = [];
  const listener = client.listen({
    onEvents: (some) => void events.push(...some),
    onPreview: ({ runId }) => void previews.push(runId),
  });
  onTestFinished(() => listener.close());

  const { id } = await client.start({ workflow: slowWorkflow(1) as object });
  await client.ended(id);

  await expect.poll(() => events.some((event) => event.type === 'run-changed' && event.run.id === id)).toBe(true);
  await expect.poll(() => previews).toContain(id);
});

test('an uploaded image is named by the answer to the upload', async () => {
  const client = createClient({ address: server.origin, token: TEST_TOKEN });
  const file = new Blob([
    new Uint8Array(readFileSync(new URL('../server/fixtures/pictures/rgb.png', import.meta.url))),
  ]);

  const name = await client.uploadImage(file);

  const { data } = await client.api.GET('/api/images', { params: { query: { name } } });
  expect(data?.images.map(({ sha256, widthPx }) => [sha256, widthPx])).toEqual([[name, 13]]);
});

test('a refusal is an ApiError with the words of the server', async () => {
  const stranger = createClient({ address: server.origin, token: 'wrong' });
  const client = createClient({ address: server.origin, token: TEST_TOKEN });

  await expect(stranger.start({ workflow: DRAW })).rejects.toMatchObject({
    name: 'ApiError',
    status: 401,
    code: 'not-signed-in',
  });
  await expect(client.ended('nobody')).rejects.toMatchObject({ code: 'not-found' });
  await expect(client.start({ workflowName: 'nobody' })).rejects.toThrow('there is none named "nobody"');
});

test('no answer, and one that is not of a server, are ApiErrors as well', async () => {
  const other = createServer((_, response) => response.end('<html></html>')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const client = createClient({ address });
  await expect(client.ended('r')).rejects.toMatchObject({ name: 'ApiError', code: 'not-understood', status: 0 });

  other.close();
  other.closeAllConnections();
  await once(other, 'close');
  const failure = await client.ended('r').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ code: 'no-answer', status: 0, cause: expect.any(TypeError) });
});

test('waiting ends when the program gives it up, and when the token stops being right', async () => {
  const client = createClient({ address: server.origin, token: TEST_TOKEN });
  const { id } = await client.start({ workflow: slowWorkflow(50) as object });
  const giveUp = new AbortController();
  const waiting = client.ended(id, giveUp.signal);
  giveUp.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');

  // A server that knows the run, and then, after a restart with another token, does not accept the client.
  const run = await client.api.GET('/api/runs/{run}', { params: { path: { run: id } } });
  const other = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.statusCode = url?.startsWith('/api/runs/') ? 200 : 401;
    response.end(JSON.stringify(run.data));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const stale = createClient({ address: `http://127.0.0.1:${port}`, token: TEST_TOKEN });
  await expect(stale.ended(id)).rejects.toMatchObject({ name: 'ApiError', status: 401 });
  await client.api.POST('/api/runs/{run}/cancel', { params: { path: { run: id } } });
});
