import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROUTES } from '@unclip-studio/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, TEST_TOKEN, type TestServer } from '../../support/test-server.js';

// Every route that the router itself lists goes through the whole matrix; a route nobody thought of is in it too.

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
const PUBLIC = ['GET /', 'GET /api/health', 'POST /api/session'];

test('the router answers the routes of the list, the page, and nothing else', () => {
  const listed = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);

  const found = new Set(routes().map(({ method, path }) => `${method} ${path}`));

  expect([...found].sort()).toEqual([...listed, 'GET /'].sort());
  expect(found.size).toBeGreaterThan(35);
});

describe('every route', () => {
  test('refuses a Host that is not its own', async () => {
    for (const host of ['evil.test', 'evil.test:80', `evil.test:${server.port}`, '127.0.0.1:1']) {
      await expectAll({ host, ...withToken() }, () => [421]);
    }
  });

  test('refuses a foreign Origin, and null', async () => {
    for (const origin of ['http://evil.test', 'null', 'http://127.0.0.1:1', `https://127.0.0.1:${server.port}`, '']) {
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

  test('takes the cookie, for a change only together with an Origin', async () => {
    const cookie = await signIn();

    await expectAll({ cookie }, (route) => (isPublic(route) || route.method === 'GET' ? 'anything but 401' : [401]));
    // Signs out last: the cookie is not remembered by the server, so it stays good for this test.
    await expectAll({ cookie, origin: server.origin }, () => 'anything but 401');
  });

  test('takes changes as JSON only, uploads as a form only', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
    for (const type of types) {
      const headers = { 'content-type': type, 'content-length': '2', ...withToken() };
      for (const route of routes().filter(({ method }) => method !== 'GET')) {
        const isUpload = route.path === '/api/images' && type.startsWith('multipart');

        const { status } = await send(route, headers, '{}');

        expect({ route, type, status }).toEqual({ route, type, status: isUpload ? 400 : 415 });
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

test('a wrong token at sign-in is refused, and after some tries for a while', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 25; i++) statuses.push((await server.ask('POST', '/api/session', { token: 'x' })).status);

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
  return [...unique.values()].filter(({ method }) => method !== 'ALL');
}

function isPublic({ method, path }: Route): boolean {
  return PUBLIC.includes(`${method} ${path}`);
}

function withToken() {
  return { authorization: `Bearer ${TEST_TOKEN}` };
}

async function signIn(): Promise<string> {
  const answer = await fetch(`${server.origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.origin },
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

/** Sign-in says 401 itself to a body without the token. */
function isTry({ path }: Route): boolean {
  return path === '/api/session';
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
