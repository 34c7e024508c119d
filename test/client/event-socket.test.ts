import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Connection, EventSocket } from '@unclip-studio/client';
import type { ServerEvent, ServerSnapshot } from '@unclip-studio/protocol';
import type { PreviewMessage } from '@unclip-studio/protocol/preview-frame';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket as NodeSocket } from 'ws';
import { tempFolder } from '../support/temp-folder.js';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer, untilEnded } from '../support/test-server.js';

// Against the real server; only the token travels otherwise than in a browser.

function follow(server: Pick<TestServer, 'origin'>, openMs = 5_000) {
  const seen = {
    events: [] as ServerEvent[],
    snapshots: [] as ServerSnapshot[],
    previews: [] as PreviewMessage[],
    sockets: [] as NodeSocket[],
    connection: { phase: 'connecting' } as Connection,
    isSignedOut: false,
  };
  const socket = new EventSocket({
    connect() {
      const headers = { authorization: `Bearer ${TEST_TOKEN}` };
      const connected = new NodeSocket(`${server.origin.replace('http', 'ws')}/api/events`, { headers });
      // A refused connection is also reported by `close`.
      connected.on('error', () => {});
      seen.sockets.push(connected);
      return connected;
    },
    onEvents: (events) => void seen.events.push(...events),
    onSnapshot: (snapshot) => void seen.snapshots.push(snapshot),
    onPreview: (preview) => void seen.previews.push(preview),
    onConnection(connection) {
      seen.connection = connection;
    },
    isSignedOut: async () => seen.isSignedOut,
    retryDelayMs: () => 20,
    openMs,
  });
  onTestFinished(() => socket.close());
  return { socket, seen };
}

const phaseOf = ({ seen }: ReturnType<typeof follow>) => seen.connection.phase;

test('the stream begins with a full snapshot, then sends each event and preview of a run', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());
  const page = follow(server);
  page.socket.watchPreviews(true);
  await expect.poll(() => page.seen.snapshots.length).toBe(1);

  const { body } = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(1) });
  await untilEnded(server, body.id);

  await expect.poll(() => page.seen.events.some(({ type }) => type === 'nodes-finished')).toBe(true);
  expect(page.seen.previews.length).toBeGreaterThan(0);
  expect(page.seen.previews[0]).toMatchObject({ runId: body.id, node: 'sleep', mime: 'image/jpeg' });
});

test('after a break nothing is missing and nothing comes twice', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());
  const page = follow(server);
  await expect.poll(() => page.seen.snapshots.length).toBe(1);
  const { body } = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(2) });
  await expect.poll(() => page.seen.events.length).toBeGreaterThan(2);

  page.seen.sockets[0]?.terminate();
  await expect.poll(() => page.seen.sockets.length).toBe(2);
  await expect.poll(() => phaseOf(page)).toBe('open');
  await untilEnded(server, body.id);

  const isTold = () =>
    page.seen.events.some((event) => event.type === 'run-changed' && event.run.state === 'succeeded');
  await expect.poll(isTold).toBe(true);
  const seqs = page.seen.events.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  expect(page.seen.snapshots).toHaveLength(1);
});

test('a connection that is accepted and never answered is abandoned and retried', async () => {
  // A port that a program listens on without saying anything, as a server that hangs does.
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;

  const page = follow({ origin: `http://127.0.0.1:${port}` }, 50);

  await expect.poll(() => page.seen.sockets.length).toBeGreaterThan(2);
  expect(['connecting', 'lost']).toContain(phaseOf(page));
});

test('a page that the server no longer knows stops trying and says so', async () => {
  const server = await startTestServer(tempFolder());
  const page = follow(server);
  await expect.poll(() => phaseOf(page)).toBe('open');
  page.seen.isSignedOut = true;

  await server.close();

  await expect.poll(() => phaseOf(page)).toBe('signed-out');
});
