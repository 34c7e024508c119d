import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer, untilEnded } from '../../support/test-server.js';
import type { paths } from './api-types.js';

// Programs that nobody here wrote use the API as its documents say.

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TYPES = fileURLToPath(new URL('api-types.ts', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(join(folder, 'data'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('openapi-typescript makes the types that stand beside this test (UPDATE_DOCS=1 writes them anew)', async () => {
  const document = join(folder, 'openapi.json');
  const made = join(folder, 'api-types.ts');
  writeFileSync(document, JSON.stringify((await server.ask('GET', '/api/openapi.json')).body));
  const generator = join(ROOT, 'tools/api-client/node_modules/openapi-typescript/bin/cli.js');

  await run(process.execPath, [generator, document, '--output', made]);

  const types = `// biome-ignore-all format lint: generated\n${readFileSync(made, 'utf8')}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(TYPES, types);
  expect(readFileSync(TYPES, 'utf8')).toBe(types);
});

test('a client made from the document uploads, saves, runs and fetches', async () => {
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  const client = createClient<paths>({ baseUrl: server.origin, headers });
  const picture = readFileSync(new URL('../fixtures/pictures/rgb.png', import.meta.url));
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(picture)]), 'photo.png');

  // The serializer hands the form through; the type of a file in a form is a text in OpenAPI.
  const image = await client.POST('/api/images', { body: { file: '' }, bodySerializer: () => form });
  const workflow = { format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave', params: { side: 8 } } } };
  const path = { name: 'from the client' };
  const saved = await client.PUT('/api/workflows/{name}', { params: { path }, body: { workflow, baseRevision: 0 } });
  const params = { save: { side: 16 } };
  const started = await client.POST('/api/runs', { body: { workflowName: 'from the client', params } });
  const ended = await untilEnded(server, started.data?.id ?? '');
  const { data: detail } = await client.GET('/api/runs/{run}', { params: { path: { run: ended.id } } });
  const output = detail?.outputs[0];
  const bytes = await client.GET('/api/outputs/{output}', {
    params: { path: { output: output?.id ?? '' }, query: { sha256: output?.sha256 ?? '' } },
    parseAs: 'arrayBuffer',
  });
  const refused = await client.POST('/api/runs', { body: { workflowName: 'nobody' } });

  expect(image.data).toMatchObject({ name: 'photo.png', mediaType: 'image/png', widthPx: 13 });
  expect(saved.data).toMatchObject({ revision: 1 });
  expect([detail?.state, output?.widthPx]).toEqual(['succeeded', 16]);
  expect(bytes.response.headers.get('cache-control')).toContain('immutable');
  expect((bytes.data as ArrayBuffer).byteLength).toBe(output?.sizeBytes);
  expect([refused.response.status, refused.error?.detail]).toEqual([
    404,
    'workflowName: there is none of the name "nobody".',
  ]);
});

test('curl starts a run and reads its state', async () => {
  const curl = (...args: readonly string[]) =>
    run('curl', ['--silent', '--fail', '--header', `Authorization: Bearer ${TEST_TOKEN}`, ...args]);
  const body = JSON.stringify({ workflow: slowWorkflow(77, 2, 1) });

  const started = await curl('--json', body, `${server.origin}/api/runs`);
  const { id } = JSON.parse(started.stdout);
  await untilEnded(server, id);
  const { stdout } = await curl(`${server.origin}/api/runs/${id}`);

  expect(JSON.parse(stdout)).toMatchObject({ id, state: 'succeeded', nodes: { sleep: { state: 'finished' } } });
});

test('wscat listens', async () => {
  const wscat = join(ROOT, 'node_modules/wscat/bin/wscat');
  expect(existsSync(wscat)).toBe(true);
  const address = `${server.origin.replace('http', 'ws')}/api/events`;
  const header = `authorization: Bearer ${TEST_TOKEN}`;

  const { stdout } = await run(process.execPath, [
    wscat,
    '-c',
    address,
    '-H',
    header,
    '-x',
    '{"type":"hello"}',
    '-w',
    '1',
  ]);

  expect(stdout).toMatch(/^\{"type":"welcome","protocol":1,"seq":\d+\}\n\{"type":"snapshot"/);
});
