import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, type TestServer } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';

// The addresses at which ComfyUI's page is served, with a page of three files. `npm run comfy-reopen` opens the real one.

const SCRIPT = 'document.title = "inline"';

function pageFolder(): string {
  const folder = join(tempFolder(), 'comfyui_frontend_package/static');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), `<!doctype html><script>${SCRIPT}</script>`);
  writeFileSync(join(folder, 'assets/index-1a2b.js'), 'page();');
  writeFileSync(join(folder, '..', 'secret.py'), 'secret');
  return folder;
}

async function pageServer(config: object = {}): Promise<TestServer> {
  const server = await startTestServer(tempFolder(), {}, { comfyui: true, comfyuiPageFolder: pageFolder(), ...config });
  onTestFinished(() => server.close());
  return server;
}

test('the page is at /comfyui/ with everything that it requests from its server, next to the editor', async () => {
  const server = await pageServer();
  const get = (path: string) => fetch(server.origin + path, { redirect: 'manual' });

  const page = await get('/comfyui/');
  const moved = await get('/comfyui');
  const script = await get('/comfyui/assets/index-1a2b.js');

  expect(await page.text()).toContain(SCRIPT);
  expect(page.headers.get('content-type')).toContain('text/html');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain(`'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`);
  expect(policy).toContain("connect-src 'self' blob: data:;");
  expect([moved.status, moved.headers.get('location')]).toEqual([308, 'comfyui/']);
  expect([await script.text(), script.headers.get('content-type')]).toEqual([
    'page();',
    'text/javascript; charset=utf-8',
  ]);
  // What the editor has at `/api/queue` is ComfyUI's below its page.
  expect(await (await get('/comfyui/api/queue')).json()).toEqual({ queue_running: [], queue_pending: [] });
  expect(await (await get('/comfyui/api/models')).json()).toContain('checkpoints');
  expect((await get('/comfyui/internal/folder_paths')).status).toBe(200);
  const statuses = ['/comfyui/secret.py', '/comfyui/..%2fsecret.py', '/comfyui/%2e%2e/secret.py', '/comfyui/%ff'];
  expect(await Promise.all(statuses.map(async (path) => (await get(path)).status))).toEqual([404, 404, 404, 400]);
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/comfyui/ws`);
  const [message] = await new Promise<[Buffer]>((resolve) => socket.once('message', (data: Buffer) => resolve([data])));
  socket.close();
  expect(JSON.parse(String(message))).toMatchObject({ type: 'status' });
});

test('the page of a server that others can reach is for those who are signed in', async () => {
  const server = await pageServer({ allowedHosts: ['studio.example'] });
  const statuses = (headers: Readonly<Record<string, string>>) =>
    Promise.all(
      ['/comfyui/', '/comfyui/assets/index-1a2b.js', '/comfyui/api/settings'].map(
        async (path) => (await fetch(server.origin + path, { headers })).status,
      ),
    );

  expect(await statuses({})).toEqual([401, 401, 401]);
  expect(await statuses({ authorization: `Bearer ${TEST_TOKEN}` })).toEqual([200, 200, 200]);
  const { origin } = server;
  const session = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: TEST_TOKEN }),
  });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(await statuses({ cookie })).toEqual([200, 200, 200]);
  const store = (headers: Readonly<Record<string, string>>) =>
    fetch(`${origin}/comfyui/api/settings/a`, { method: 'POST', headers, body: '1' });
  expect([(await store({ cookie })).status, (await store({ cookie, origin })).status]).toEqual([401, 200]);
});

test('a folder without the page is refused, and so is the page without --comfyui', async () => {
  const folder = tempFolder();

  const { code, stderr } = await unclip(['serve', '--comfyui', '--comfyui-frontend', folder]);

  expect(code).toBe(2);
  expect(stderr).toContain(`--comfyui-frontend "${folder}": no index.html was found.`);
  await expect(startTestServer(tempFolder(), {}, { comfyuiPageFolder: pageFolder() })).rejects.toThrow(
    'Add --comfyui.',
  );
});
