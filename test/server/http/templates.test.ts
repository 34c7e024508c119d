import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, workflowOf } from '../../support/test-server.js';

test('each template that comes along says what it is for, and has a small image', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());

  const { body } = await server.ask('GET', '/api/templates');

  expect(body.templates.length).toBeGreaterThan(5);
  for (const { name, title, description } of body.templates) {
    expect([name, description]).toEqual([name, expect.stringMatching(/^.{20,}\.$/)]);
    expect(description).not.toBe(title);
    const response = await fetch(`${server.origin}/api/templates/${name}/thumbnail`, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    const { format, width = 0 } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect({ name, status: response.status, format }).toEqual({ name, status: 200, format: 'webp' });
    expect(width).toBeGreaterThan(100);
  }
});

test('no file next to the images of templates is served, and a template may lack one', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'thumbnails'));
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(workflowOf({})));
  writeFileSync(join(folder, 'thumbnails', 'other.webp'), readFileSync('workflows/thumbnails/seeds.webp'));
  const server = await startTestServer(tempFolder(), {}, { templatesFolder: folder });
  onTestFinished(() => server.close());

  for (const name of ['mine', 'other', '..%2fmine']) {
    const { status } = await server.ask('GET', `/api/templates/${name}/thumbnail`);
    expect([400, 404], name).toContain(status);
  }
});

test('a file with a workflow is fetched from an address, but none of this machine unless the operator allows it', async () => {
  const files = createServer((request, response) => {
    if (request.url === '/flow.json') response.end(JSON.stringify(workflowOf({})));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => files.listen(0, '127.0.0.1', done));
  const { port } = files.address() as AddressInfo;
  const open = (allowedHosts: readonly string[]) =>
    startTestServer(tempFolder(), {}, { hub: { endpoint: 'http://127.0.0.1:9', allowedHosts } });
  const [server, strict] = await Promise.all([open([`127.0.0.1:${port}`]), open([])]);
  onTestFinished(async () => {
    files.closeAllConnections();
    files.close();
    await Promise.all([server.close(), strict.close()]);
  });
  const fetchFrom = ({ origin }: { readonly origin: string }, url: string) =>
    fetch(`${origin}/api/remote-file`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url }),
    });

  const found = await fetchFrom(server, `http://127.0.0.1:${port}/flow.json`);
  expect([found.status, found.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  expect(await found.json()).toEqual(JSON.parse(JSON.stringify(workflowOf({}))));
  const refused = await fetchFrom(strict, `http://127.0.0.1:${port}/flow.json`);
  expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringContaining('--allow-fetch')]);
  const missing = await fetchFrom(server, `http://127.0.0.1:${port}/other.json`);
  expect([missing.status, (await missing.json()).detail]).toEqual([404, expect.stringContaining('status 404')]);
  expect((await fetchFrom(server, 'file:///etc/passwd')).status).toBe(400);
});
