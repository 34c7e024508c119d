import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '@unclip-studio/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { inLongSuite } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, type TestServer } from '../../support/test-server.js';

// Every route that the router itself lists goes through the whole matrix, including forgotten ones.

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The only ones that need no token. */
const PUBLIC = ['GET /', 'GET /api/health', 'POST /api/session', 'POST /api/shared'];

test('the router answers the routes of the list, the page, and nothing else', () => {
  const listed = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);

  const found = new Set(routes().map(({ method, path }) => `${method} ${path}`));

  expect([...found].sort()).toEqual([...listed, 'GET /'].sort());
  expect(found.size).toBeGreaterThan(35);
});

describe('every route', () => {
  test('refuses a Host that is not its own', async () => {
    for (const host of [`evil.test:${server.port}`, '127.0.0.1:1', ...inLongSuite(['evil.test', 'evil.test:80'])]) {
      await expectAll({ host, ...withToken() }, () => [421]);
    }
  });

  test('refuses a foreign Origin, and null', async () => {
    const others = inLongSuite(['http://127.0.0.1:1', '']);
    for (const origin of ['http://evil.test', 'null', `https://127.0.0.1:${server.port}`, ...others]) {
      await expectAll({ origin, ...withToken() }, () => [403]);
    }
  });

  test('refuses to work without the token, unless it is public', async () => {
    const none = {};
    const wrong = { authorization: 'Bearer wrong' };
    const basic = { authorization: `Basic ${TEST_TOKEN}` };
    const cookie = { cookie: `unclip_session_${server.port}=${TEST_TOKEN}`, origin: server.origin };

    for (const headers of [none, wrong, basic, cookie]) {
      await expectAll(headers, (route) => (isPublic(route) ? 'anything but 401' : [401]));
    }
  });

  test('accepts the cookie, for a change only together with an Origin', async () => {
    const cookie = await signIn();

    await expectAll({ cookie }, (route) => {
      if (isShared(route)) return [401];
      return isPublic(route) || route.method === 'GET' ? 'anything but 401' : [401];
    });
    await expectAll({ cookie, origin: server.origin }, (route) => (isShared(route) ? [401] : 'anything but 401'));
  });

  test('accepts changes only as JSON, uploads only as a form', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
    for (const type of types) {
      const headers = { 'content-type': type, 'content-length': '2', ...withToken() };
      for (const route of routes().filter(({ method }) => method !== 'GET')) {
        const isUpload = route.path === '/api/images' && type.startsWith('multipart');

        const { status } = await send(route, headers, '{}');

        const expected = isShared(route) ? 401 : isUpload ? 400 : 415;
        expect({ route, type, status }).toEqual({ route, type, status: expected });
      }
    }
  });

  test('sets the strict headers', async () => {
    for (const route of routes()) {
      const { headers } = await send(route, withToken());

      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });
});

test('signing out ends the session on the server, closes its event stream, and leaves others signed in', async () => {
  const [mine, other] = [await signIn(), await signIn()];
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/events`, {
    headers: { cookie: mine, origin: server.origin },
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const statusOf = async (cookie: string) => (await send({ method: 'GET', path: '/api/runs' }, { cookie })).status;
  const before = await statusOf(mine);

  const out = await send({ method: 'DELETE', path: '/api/session' }, { cookie: mine, origin: server.origin });

  expect([before, out.status, await statusOf(mine), await statusOf(other)]).toEqual([200, 204, 401, 200]);
  expect((await closed)[0]).toBe(1008);
});

test('a session that was ended stays so over a restart, and a changed value is none', async () => {
  const data = tempFolder();
  const first = await startTestServer(data);
  const cookie = await signIn(first);
  const kept = await signIn(first);
  const headers = { cookie, origin: first.origin };
  await fetch(`${first.origin}/api/session`, { method: 'DELETE', headers });
  const { port } = first;
  await first.close();
  const second = await startTestServer(data, {}, { port });
  const statusOf = async (value: string) =>
    (await fetch(`${second.origin}/api/runs`, { headers: { cookie: value } })).status;

  const statuses = [await statusOf(cookie), await statusOf(kept), await statusOf(kept.replace(/.$/, '~'))];
  await second.close();

  expect(statuses).toEqual([401, 200, 401]);
});

test('a NUL in an address is refused', async () => {
  for (const path of ['/api/gallery?query=heart%00blue', '/api/workflows/a%00b', '/api/images?limit=1&before=%00']) {
    const { status, body } = await server.ask('GET', path);

    expect([path, status, body.detail]).toEqual([path, 400, 'The address holds a NUL character (%00). Leave it out.']);
  }
});

test('a wrong token at sign-in is refused, and after some tries for a while', async () => {
  const statuses: number[] = [];
  // Twice the limit and one: the window may start again in between.
  while (statuses.at(-1) !== 429 && statuses.length < 41) {
    statuses.push((await server.ask('POST', '/api/session', { token: 'x' })).status);
  }

  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
});

interface Route {
  readonly method: string;
  readonly path: string;
}

function routes(): readonly Route[] {
  // `ALL` only says which methods an address knows.
  const unique = new Map(server.routes.map((route) => [`${route.method} ${route.path}`, route]));
  const all = [...unique.values()].filter(({ method }) => method !== 'ALL');
  // Signing out ends the session, so it comes last.
  const isSignOut = ({ method, path }: Route) => method === 'DELETE' && path === '/api/session';
  return [...all.filter((route) => !isSignOut(route)), ...all.filter(isSignOut)];
}

function isPublic({ method, path }: Route): boolean {
  return PUBLIC.includes(`${method} ${path}`);
}

function withToken() {
  return { authorization: `Bearer ${TEST_TOKEN}` };
}

async function signIn({ origin }: TestServer = server): Promise<string> {
  const answer = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token: TEST_TOKEN }),
  });
  const cookie = answer.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(TEST_TOKEN);
  return cookie.split(';')[0] ?? '';
}

async function expectAll(
  headers: Readonly<Record<string, string>>,
  expected: (route: Route) => readonly number[] | 'anything but 401',
): Promise<void> {
  for (const route of routes()) {
    const { status } = await send(route, headers);
    const wanted = expected(route);
    const fits = wanted === 'anything but 401' ? status !== 401 || isTry(route) : wanted.includes(status);
    expect({ ...route, headers, status, fits }).toEqual({ ...route, headers, status, fits: true });
  }
}

/** Sign-in says 401 itself to a body without the token, and so does a link to one without its secret. */
function isTry({ path }: Route): boolean {
  return path === '/api/session' || path === '/api/shared';
}

/** What share links open: to their own secret only, so neither to the token nor to its cookie. */
function isShared({ path }: Route): boolean {
  return path.startsWith('/api/shared/');
}

/** Raw, because fetch sets Host by itself. */
function send(route: Route, headers: Readonly<Record<string, string>>, body?: string) {
  const path = route.path.replace(':image', '0'.repeat(64)).replace(':output', 'a.b.0').replace(':revision', '1');
  const options = { port: server.port, host: '127.0.0.1', method: route.method, path: path.replace(/:\w+/g, 'x') };
  return new Promise<{ status: number; headers: Readonly<Record<string, unknown>> }>((resolve, reject) => {
    const sent = request({ ...options, headers: { connection: 'close', ...headers } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
