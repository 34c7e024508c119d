import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ConfigError, type ServerConfig } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { makeCertificate, WHY_NO_CERTIFICATES } from '../../support/certificates.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, type TestServer } from '../../support/test-server.js';

const PHOTO = readFileSync(new URL('../fixtures/pictures/rgb.png', import.meta.url));

async function start(config: Partial<ServerConfig>, onWarning?: (line: string) => void): Promise<TestServer> {
  const server = await startTestServer(tempFolder(), {}, config, onWarning);
  onTestFinished(() => server.close());
  return server;
}

test('an allowed name covers its pages at any port, by http and https; a name with a port covers that port', async () => {
  const server = await start({ allowedHosts: ['nas.local', 'Studio.Example:8443', 'fe80::1'] });
  const ask = (host: string, origin?: string) =>
    send(server.port, { path: '/api/health', host, ...(origin === undefined ? {} : { origin }) });
  const allowed = [
    ['nas.local', 'https://nas.local'],
    [`nas.local:${server.port}`, `http://nas.local:${server.port}`],
    ['NAS.local:9', 'https://NAS.local:5555'],
    ['studio.example:8443', 'https://studio.example:8443'],
    ['[fe80::1]:80', 'http://[fe80::1]:8080'],
    // As nginx forwards by default: its own name for the server, with the page's Origin.
    [`127.0.0.1:${server.port}`, 'https://nas.local'],
  ] as const;
  const refused = [
    ['studio.example', undefined, 421],
    ['studio.example:1', undefined, 421],
    ['nas.local.evil.test', undefined, 421],
    ['nas.local', 'https://evil.test', 403],
    ['nas.local', 'https://nas.local.evil.test', 403],
    ['nas.local', 'https://evil.test/nas.local', 403],
    ['nas.local', 'ftp://nas.local', 403],
    ['nas.local', 'null', 403],
  ] as const;

  for (const [host, origin] of allowed)
    expect([host, origin, (await ask(host, origin)).status]).toEqual([host, origin, 200]);
  for (const [host, origin, status] of refused) {
    expect([host, origin, (await ask(host, origin)).status]).toEqual([host, origin, status]);
  }
});

test.each([
  [
    'allowedHosts',
    ['https://nas.local', 'nas.local/', '*', '*.local', '', 'a b', 'nas.local:0', 'nas.local:99999', 'user@nas'],
  ],
  [
    'allowedOrigins',
    ['nas.local', 'https://nas.local/', 'https://nas.local/x', '*', 'null', '', 'https://', 'https://a@b'],
  ],
  ['basePath', ['unclip', '/unclip', '//', '/a//b/', '/../', '/a b/', '/%2e/']],
] as const)('%s with a mistake are refused at the start, with what was expected', async (option, values) => {
  for (const value of values) {
    const config = { [option]: option === 'basePath' ? value : [value] };
    await expect(startTestServer(tempFolder(), {}, config)).rejects.toThrow(ConfigError);
  }
});

test('each refused host and page is logged once, with the option that would allow it', async () => {
  const lines: string[] = [];
  const server = await start({}, (line) => lines.push(line));
  for (let i = 0; i < 2; i++) {
    await send(server.port, { path: '/', host: 'nas.local:8420' });
    await send(server.port, { path: '/', host: `127.0.0.1:${server.port}`, origin: 'https://studio.example' });
    await send(server.port, { path: '/', host: `127.0.0.1:${server.port}`, origin: 'null' });
    await send(server.port, { path: '/', host: 'a"b\u00e9' });
  }

  expect(lines.filter((line) => line.includes('refused'))).toEqual([
    expect.stringContaining('start it with --allow-host nas.local'),
    expect.stringContaining('start it with --allow-origin https://studio.example'),
    expect.stringContaining('no option allows it'),
    expect.stringContaining('no option allows it'),
  ]);
});

test('the files of the page are served regardless of the Origin, the page and the API are not', async () => {
  const editor = join(tempFolder(), 'editor');
  mkdirSync(join(editor, 'assets'), { recursive: true });
  writeFileSync(join(editor, 'index.html'), '<!doctype html>');
  writeFileSync(join(editor, 'assets/app-1a2b.js'), 'plain();');
  const server = await start({ editorFolder: editor });
  const host = `127.0.0.1:${server.port}`;
  const from = (path: string) => send(server.port, { path, host, origin: 'https://else.where' });

  const [asset, page, api] = [await from('/assets/app-1a2b.js'), await from('/'), await from('/api/health')];

  expect([asset.status, page.status, api.status]).toEqual([200, 403, 403]);
  expect((await send(server.port, { path: '/assets/app-1a2b.js', host: 'evil.test' })).status).toBe(421);
});

test('below a base path everything answers with it and without, and addresses in answers and cookies have it', async () => {
  const server = await start({ basePath: '/unclip/' });
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  const workflow = { format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave' } } };
  const below = await server.ask('POST', '/unclip/api/runs', { workflow });
  const stripped = await server.ask('GET', `/api/runs/${below.body.id}`);
  const session = await fetch(`${server.origin}/unclip/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: TEST_TOKEN }),
  });
  const short = await fetch(`${server.origin}/unclip`, { redirect: 'manual' });
  const other = await server.ask('GET', '/unclipped/api/runs');
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/unclip/api/events`, { headers });
  await once(socket, 'open');
  socket.close();

  expect(server.signInUrl).toBe(`${server.origin}/unclip/#t=${TEST_TOKEN}`);
  expect([below.status, below.headers.get('location')]).toEqual([201, `/unclip/api/runs/${below.body.id}`]);
  expect([stripped.status, other.status]).toEqual([200, 404]);
  expect(session.headers.get('set-cookie')).toContain('; Path=/unclip/; ');
  expect([short.status, short.headers.get('location')]).toEqual([308, '/unclip/']);
});

test('only a proxy that is trusted says who asks and that it came by https', async () => {
  const limits = { reads: 3 };
  const ask = async (server: TestServer, client: string) => {
    const forwarded = { 'x-forwarded-for': `1.2.3.4, ${client}`, 'x-forwarded-proto': 'https' };
    return (await server.ask('GET', '/api/runs', undefined, forwarded)).status;
  };
  const results: Record<string, unknown> = {};
  for (const trustedProxies of [0, 1]) {
    const server = await startTestServer(tempFolder(), limits, { trustedProxies });
    onTestFinished(() => server.close());
    const cookie = await server.ask('POST', '/api/session', { token: TEST_TOKEN }, { 'x-forwarded-proto': 'https' });
    const plain = await server.ask('POST', '/api/session', { token: TEST_TOKEN });
    const workflow = { format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave' } } };
    const run = await server.ask('POST', '/api/runs', { workflow }, { 'x-forwarded-for': '10.0.0.9' });
    const statuses: number[] = [];
    for (const client of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2'])
      statuses.push(await ask(server, client));
    results[trustedProxies] = {
      statuses,
      isSecure: [cookie, plain].map(({ headers }) => /; Secure/.test(headers.get('set-cookie') ?? '')),
      client: server.store.runs.read(run.body.id)?.clientId,
    };
  }

  expect(results).toEqual({
    0: { statuses: [200, 200, 200, 429, 429], isSecure: [false, false], client: '127.0.0.1' },
    1: { statuses: [200, 200, 200, 429, 200], isSecure: [true, false], client: '10.0.0.9' },
  });
});

test('clients of ComfyUI need no token only from this machine, on a server that no option opens to others', async () => {
  const own = await start({ comfyui: true });
  const loopback = { host: `localhost:${own.port}` };
  const statuses = async (server: TestServer, headers: Readonly<Record<string, string>>, token = '') =>
    Promise.all([
      send(server.port, { path: `/queue${token}`, ...headers }),
      send(server.port, { path: `/api/prompt${token}`, ...headers }),
      upgrade(server.port, { path: `/ws${token}`, ...headers }),
    ]).then((answers) => answers.map(({ status }) => status));

  expect(await statuses(own, loopback)).toEqual([200, 200, 101]);
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    expect([name, await statuses(own, { ...loopback, [name]: '1.2.3.4' })]).toEqual([name, [401, 401, 403]]);
  }
  for (const config of [
    { allowedHosts: ['studio.example'] },
    { allowedOrigins: ['https://studio.example'] },
    { trustedProxies: 1 },
    { basePath: '/unclip/' },
  ]) {
    const server = await start({ comfyui: true, ...config });
    const here = { host: `localhost:${server.port}` };
    expect([config, await statuses(server, here)]).toEqual([config, [401, 401, 403]]);
    expect([config, await statuses(server, here, `?token=${TEST_TOKEN}`)]).toEqual([config, [200, 200, 101]]);
  }
});

test.skipIf(WHY_NO_CERTIFICATES !== undefined)(
  `speaks https with a certificate, for page, socket and cookie${WHY_NO_CERTIFICATES ?? ''}`,
  async () => {
    const folder = tempFolder();
    const { certFile, keyFile, ca } = makeCertificate(folder);
    const tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    const server = await start({ tls, host: 'localhost' });
    const origin = `https://localhost:${server.port}`;
    const session = await sendTls(`${origin}/api/session`, { ca, origin, body: JSON.stringify({ token: TEST_TOKEN }) });
    const cookie = session.cookie.split(';')[0] ?? '';
    const read = await sendTls(`${origin}/api/runs`, { ca, origin, cookie });
    const fromHttp = await sendTls(`${origin}/api/runs`, { ca, origin: origin.replace('https', 'http'), cookie });
    const socket = new WebSocket(`${origin.replace('https', 'wss')}/api/events`, { ca, headers: { cookie, origin } });
    await once(socket, 'open');
    socket.close();

    expect(server.signInUrl).toMatch(/^https:\/\/localhost:\d+\/#t=/);
    expect([session.status, read.status, fromHttp.status]).toEqual([204, 200, 403]);
    expect(session.cookie).toContain('; Secure');
    await expect(startTestServer(tempFolder(), {}, { tls: { ...tls, key: 'no key' } })).rejects.toThrow(
      /^The certificate and its key cannot be used/,
    );
  },
);

const NGINX = ['nginx', '/usr/sbin/nginx'].find((program) => spawnSync(program, ['-v']).status === 0);
const WHY_NO_NGINX = NGINX === undefined ? ': no nginx was found; install it (on Debian: apt-get install nginx)' : '';

test.skipIf(NGINX === undefined)(
  `works behind nginx at a path of a name of its own, for page, upload, run, image and events${WHY_NO_NGINX}`,
  async () => {
    const folder = tempFolder();
    const server = await start({ basePath: '/unclip/', allowedHosts: ['studio.example'], trustedProxies: 1 });
    const port = await startNginx(folder, server.port);
    const page = `http://127.0.0.1:${port}/unclip/`;
    const host = `studio.example:${port}`;
    const origin = `http://${host}`;
    const html = await send(port, { path: '/unclip/', host });
    const session = await send(port, {
      ...{ path: '/unclip/api/session', method: 'POST', host, origin },
      ...{ 'content-type': 'application/json', body: JSON.stringify({ token: TEST_TOKEN }) },
    });
    const cookie = String(session.headers['set-cookie']).split(';')[0] ?? '';
    const form = new FormData();
    form.append('file', new Blob([PHOTO], { type: 'image/png' }), 'photo.png');
    const sent = new Request(page, { method: 'POST', body: form });
    const uploaded = await send(port, {
      ...{ path: '/unclip/api/images', method: 'POST', host, origin, cookie },
      ...{ 'content-type': sent.headers.get('content-type') ?? '', body: Buffer.from(await sent.arrayBuffer()) },
    });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/unclip/api/events`, { headers: { host, origin, cookie } });
    const [first] = await once(socket, 'message');
    socket.close();
    const foreign = await send(port, { path: '/unclip/api/runs', host, origin: 'http://evil.test', cookie });

    expect([html.status, session.status, uploaded.status, foreign.status]).toEqual([200, 204, 201, 403]);
    expect(String(uploaded.headers['location'])).toMatch(/^\/unclip\/api\/images\//);
    expect(JSON.parse(String(first))).toHaveProperty('type');
  },
);

/** In front of the server, which it asks under the name that the browser used. @returns its port */
async function startNginx(folder: string, target: number): Promise<number> {
  const port = await freePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const config = `
    daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log stderr warn;
    events {}
    http {
      access_log off; ${paths.join(' ')}
      map $http_upgrade $connection_upgrade { default upgrade; '' close; }
      server {
        listen 127.0.0.1:${port}; client_max_body_size 100m;
        location /unclip/ {
          proxy_pass http://127.0.0.1:${target}; proxy_http_version 1.1;
          proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
        }
      }
    }`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, config);
  const nginx = spawn(NGINX ?? '', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  nginx.stderr.on('data', (text: Buffer) => {
    words += text;
  });
  onTestFinished(() => void nginx.kill('SIGKILL'));
  await expect
    .poll(() => {
      if (nginx.exitCode !== null) throw new Error(words);
      return canConnect(port);
    })
    .toBe(true);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly [header: string]: string | Buffer | undefined;
}

/** Raw, because fetch sets Host by itself. */
function send(port: number, { path, method = 'GET', body, ...headers }: Sent) {
  return new Promise<{ status: number; headers: Readonly<Record<string, unknown>> }>((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, method };
    const sent = request({ ...options, headers: { connection: 'close', ...(headers as object) } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function upgrade(port: number, { path, ...headers }: Sent): Promise<{ readonly status: number }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: headers as Record<string, string> });
    socket.on('open', () => {
      socket.close();
      resolve({ status: 101 });
    });
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve({ status: statusCode }));
    socket.on('error', reject);
  });
}

interface SentByTls {
  readonly ca: string;
  readonly origin: string;
  readonly cookie?: string;
  readonly body?: string;
}

function sendTls(url: string, { ca, body, ...headers }: SentByTls) {
  return new Promise<{ readonly status: number; readonly cookie: string }>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const types = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = tlsRequest(url, { ca, method, headers: { connection: 'close', ...headers, ...types } }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, cookie: String(answer.headers['set-cookie'] ?? '') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
