import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { tempFolder } from '../../support/temp-folder.js';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer, workflowOf } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
const receiver = await startReceiver();
const webhooks = { addresses: [`${receiver.origin}/all`], retryDelaysMs: [5, 10] };
let server: TestServer;
const start = () => startTestServer(folder, {}, { webhooks });
beforeAll(async () => {
  server = await start();
  await server.ask('PUT', '/api/workflows/add', { workflow: ADD, baseRevision: 0 });
  await server.ask('PUT', '/api/workflows/slow', { workflow: slowWorkflow(1, 5, 20), baseRevision: 0 });
});
afterAll(async () => {
  await server.close();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const ADD = {
  ...(workflowOf({
    one: { type: 'DevConstant', params: { value: 1 } },
    add: { type: 'DevSave', inputs: { value: 'one.value' } },
  }) as object),
  inputs: { number: { to: ['one.value'] } },
};

test('the end of a run is sent again until the receiver accepts it, signed so that a stock library verifies it', async () => {
  receiver.answerNext(500, 500, 204);

  const { body: run } = await server.ask('POST', '/api/workflows/add/runs?wait=60', { inputs: { number: 3 } });
  const delivery = await untilSettled(run.id, '/all');

  expect(delivery).toMatchObject({ state: 'delivered', attempts: 3, answer: 'status 204' });
  const posts = receiver.postsAbout(run.id);
  expect(posts).toHaveLength(3);
  expect(new Set(posts.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.id]));
  const secret = readFileSync(join(folder, 'webhook-secret'), 'utf8').trim();
  for (const { body, headers } of posts) {
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'run.succeeded',
      timestamp: run.finishedAt,
      data: { run: { id: run.id, state: 'succeeded', workflowName: 'add' } },
    });
  }
});

test('the webhook of a single run is notified as well, and removed when it answers that it wants no more', async () => {
  receiver.answerNext(410, 410);
  const webhook = `${receiver.origin}/all?of=one`;
  const { body: run } = await server.ask('POST', '/api/runs', { workflowName: 'add', webhook });

  // The operator named /all, and no other address of that host.
  expect(await untilSettled(run.id, '?of=one')).toMatchObject({
    state: 'failed',
    attempts: 1,
    answer: expect.stringContaining('--allow-fetch'),
  });
  expect(await untilSettled(run.id, '/all')).toMatchObject({ state: 'failed', attempts: 1, answer: 'status 410' });
});

test('after the last attempt nothing more is sent', async () => {
  receiver.answerNext(500, 503, 500, 500);
  const { body: run } = await server.ask('POST', '/api/workflows/add/runs?wait=60', {});

  expect(await untilSettled(run.id, '/all')).toMatchObject({ state: 'failed', attempts: 3, answer: 'status 500' });
  receiver.answerNext();
});

test('a run that ends under another server is reported by that one', async () => {
  await server.ask('POST', '/api/queue/pause');
  const { body: run } = await server.ask('POST', '/api/workflows/add/runs', {});
  await server.close();
  server = await start();
  await server.ask('POST', '/api/queue/resume');

  expect(await untilSettled(run.id, '/all')).toMatchObject({ state: 'delivered', attempts: 1 });
});

test('webhooks of previews are only those of their own request', async () => {
  const { body: run } = await server.ask('POST', '/api/runs', { workflowName: 'add', preview: true });

  expect((await server.ask('GET', `/api/runs/${run.id}/webhooks`)).body).toEqual({ webhooks: [] });
});

test('a request waits for the end of its run, and says 202 when the time is up', async () => {
  const key = { 'idempotency-key': 'waits' };
  const early = await server.ask('POST', '/api/workflows/slow/runs?wait=0', {}, key);
  const late = await server.ask('POST', '/api/workflows/slow/runs?wait=60', {}, key);

  expect([early.status, late.status]).toEqual([202, 200]);
  expect(late.body).toMatchObject({ id: early.body.id, state: 'succeeded', nodes: { sleep: { state: 'finished' } } });
  expect((await server.ask('POST', '/api/workflows/slow/runs?wait=301', {})).status).toBe(400);
});

test('one key with two webhooks is a conflict', async () => {
  const key = { 'idempotency-key': 'two-webhooks' };
  const first = await server.ask('POST', '/api/workflows/add/runs', { webhook: 'https://one.test/' }, key);
  const second = await server.ask('POST', '/api/workflows/add/runs', { webhook: 'https://two.test/' }, key);

  expect([first.status, second.status]).toEqual([201, 409]);
  expect((await server.ask('POST', '/api/workflows/add/runs', { webhook: 'file:///etc/passwd' })).status).toBe(400);
});

test('/api/v1 leads to the same routes, with the same access checks', async () => {
  const run = await server.ask('POST', '/api/v1/workflows/add/runs?wait=60', {});
  const { origin } = server;
  const statusOf = async (path: string, headers = {}) => (await fetch(origin + path, { headers })).status;
  const asUser = { authorization: `Bearer ${TEST_TOKEN}` };

  expect(run.headers.get('location')).toBe(`/api/v1/runs/${run.body.id}`);
  expect((await server.ask('GET', `/api/v1/runs/${run.body.id}`)).body).toEqual(run.body);
  expect(await statusOf('/api/v1/health')).toBe(200);
  expect(await statusOf('/api/v1/runs')).toBe(401);
  expect(await statusOf('/api/v1/nothing', asUser)).toBe(404);
  expect(await statusOf('/api/v2/runs', asUser)).toBe(404);
  const [plain, stable] = [
    await server.ask('GET', '/api/openapi.json'),
    await server.ask('GET', '/api/v1/openapi.json'),
  ];
  expect(Object.keys(stable.body.paths)).toEqual(
    Object.keys(plain.body.paths).map((path) => path.replace('/api/', '/api/v1/')),
  );
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/v1/events`, { headers: asUser });
  await once(socket, 'open');
  socket.close();
});

/** What became of the address that ends so, once nothing more is sent to it. */
async function untilSettled(run: string, ending: string) {
  for (;;) {
    const { body } = await server.ask('GET', `/api/runs/${run}/webhooks`);
    const found = body.webhooks.find(({ url }: { readonly url: string }) => url.endsWith(ending));
    if (found.state !== 'waiting') return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Post {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers 204, unless configured otherwise for the next request. */
async function startReceiver() {
  const posts: Post[] = [];
  let statuses: number[] = [];
  const http = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    posts.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    answerNext(...next: readonly number[]) {
      statuses = [...next];
    },
    postsAbout: (run: string) => posts.filter(({ body }) => body.includes(`"id":"${run}"`)),
    close: () => void http.close(),
  };
}

test('a request that comes while the server starts is answered once it has started', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const starting = startTestServer(tempFolder(), {}, { port });
  onTestFinished(async () => (await starting).close());
  const ask = async (): Promise<Response> => {
    try {
      return await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(10_000) });
    } catch (error) {
      // Until the port is taken.
      if ((error as Error).name === 'TimeoutError') throw error;
      return ask();
    }
  };

  expect([200, 503]).toContain((await ask()).status);
});
