import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { median } from '../../support/measure.js';
import {
  eventsOf,
  slowWorkflow,
  startTestServer,
  TEST_TOKEN,
  type TestServer,
  untilEnded,
} from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the upgrade', () => {
  const good = () => ({ host: `127.0.0.1:${server.port}`, authorization: `Bearer ${TEST_TOKEN}` });

  test.each([
    ['the token', {}, 101],
    ['its own Origin', { origin: 'own' }, 101],
    ['a foreign Host', { host: 'evil.test' }, 421],
    ['a foreign Origin', { origin: 'http://evil.test' }, 403],
    ['a null Origin', { origin: 'null' }, 403],
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer x' }, 401],
    ['the token as a cookie', { authorization: '', cookie: TEST_TOKEN }, 401],
  ])('with %s is answered rightly', async (_, changes: Readonly<Record<string, string>>, status) => {
    const headers: Record<string, string> = { ...good(), ...changes };
    if (headers['origin'] === 'own') headers['origin'] = server.origin;
    if (headers['authorization'] === '') delete headers['authorization'];

    expect(await upgrade(headers)).toBe(status);
  });

  test('accepts the cookie, together with an Origin', async () => {
    const signIn = await server.ask('POST', '/api/session', { token: TEST_TOKEN });
    const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const host = `127.0.0.1:${server.port}`;

    expect(await upgrade({ host, cookie, origin: server.origin })).toBe(101);
    expect(await upgrade({ host, cookie })).toBe(401);
    expect(await upgrade({ host, cookie, origin: 'http://127.0.0.1:1' })).toBe(403);
  });

  test('at another address is refused', async () => {
    expect(await upgrade(good(), '/api/other')).toBe(404);
  });
});

test('a run is reported from its start to its end, progress at most 20 times a second', async () => {
  const client = await server.listen();
  client.socket.send('{"type":"hello"}');
  const { body: run } = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(1, 60, 5) });

  await client.until(() => eventsOf(client).find((event) => event.run?.state === 'succeeded'));

  const types = eventsOf(client).map((event) => event.type);
  const progress = eventsOf(client).filter((event) => event.type === 'node-progress');
  expect(types).toEqual(expect.arrayContaining(['run-queued', 'run-started', 'nodes-started', 'nodes-finished']));
  expect(progress.length).toBeLessThan(20);
  expect(progress.at(-1)).toMatchObject({ runId: run.id, steps: 60 });
  client.socket.close();
});

test('a client that returns with ?since= gets what it missed, and nothing else', async () => {
  const first = await server.listen();
  first.socket.send('{"type":"hello"}');
  const { messages } = first;
  await first.until(() => messages.find((message) => message.type === 'snapshot'));
  const since = messages.find((message) => message.type === 'snapshot').snapshot.seq;
  const { body: run } = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(2, 2) });
  await untilEnded(server, run.id);
  await first.until(() => eventsOf(first).find((event) => event.run?.state === 'succeeded'));
  await wait(50);

  const second = await server.listen(`?since=${since}`);
  await second.until(() => eventsOf(second).find((event) => event.run?.state === 'succeeded'));
  await wait(50);

  expect(eventsOf(second)).toEqual(eventsOf(first));
  first.socket.close();
  second.socket.close();
});

test('a message of more than 64 kB closes with 1009', async () => {
  const { socket } = await server.listen();
  const closed = new Promise((resolve) => socket.once('close', resolve));

  socket.send('x'.repeat(70_000));

  expect(await closed).toBe(1009);
});

// All of them are in this process, and parse each event.
const CLIENTS = IS_LONG_SUITE ? 100 : 25;

test(`one stalled client of ${CLIENTS} delays nobody, and memory stays flat`, async () => {
  const clients = await Promise.all(Array.from({ length: CLIENTS - 1 }, () => server.listen()));
  const stalled = await server.listen();
  for (const { socket } of [...clients, stalled]) socket.send('{"type":"hello"}');
  for (const { socket } of [...clients, stalled]) socket.send('{"type":"watch","previews":true}');
  await Promise.all(clients.map((client) => client.until(() => client.messages[1])));
  stalled.socket.pause();
  // Large events: the order of a long queue. Each is 110 kB for each client; the stalled one lets them pile up.
  const order = Array.from({ length: 8000 }, (_, i) => `run-${i}-abc`);
  const delaysMs: number[] = [];
  let mostBacklogBytes = 0;
  const good = clients[0];
  if (good === undefined) throw new Error('no client');
  // The system's own buffers, which differ from machine to machine, take the first megabytes.
  for (let left = 200; left > 0; left--) {
    if (mostBacklogBytes > 4 * 2 ** 20) left = Math.min(left, 10);
    const count = eventsOf(good).length;
    const sentMs = performance.now();
    server.events.publish({ type: 'queue-changed', order, paused: false });
    await good.until(() => (eventsOf(good).length > count ? true : undefined));
    delaysMs.push(performance.now() - sentMs);
    mostBacklogBytes = Math.max(mostBacklogBytes, server.hub.backlogBytes);
    for (const client of clients) client.messages.length = 2;
  }

  expect(median(delaysMs)).toBeLessThan(500);
  // The stalled one piled up its 4 MB and was let go; the others had at most the last event to read.
  expect(mostBacklogBytes).toBeGreaterThan(4 * 2 ** 20);
  expect(mostBacklogBytes).toBeLessThan(12 * 2 ** 20);
  await expect.poll(() => server.hub.clientCount, { timeout: 5000 }).toBe(CLIENTS - 1);
  for (const { socket } of clients) socket.terminate();
  stalled.socket.terminate();
});

/** @returns the status of the answer */
function upgrade(headers: Readonly<Record<string, string>>, path = '/api/events'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    const lines = Object.entries({
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(Number(data.toString().split(' ')[1]));
      socket.destroy();
    });
  });
}
