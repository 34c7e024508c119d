import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ApiPaths, ProblemBody, RunDetail, RunRecord } from '@unclip-studio/protocol';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer, untilEnded } from '../../support/test-server.js';

// Third-party programs use the API as its documents say.

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(join(folder, 'data'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('openapi-fetch with the types of protocol uploads, saves, runs and fetches', async () => {
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  const client = createClient<ApiPaths>({ baseUrl: server.origin, headers });
  const png = readFileSync(new URL('../fixtures/pictures/rgb.png', import.meta.url));
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(png)]), 'photo.png');

  // The serializer hands the form through.
  const image = await client.POST('/api/images', { body: { file: form }, bodySerializer: () => form });
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
    'workflowName: there is none named "nobody".',
  ]);
});

test('the types of the client match the routes', () => {
  const client = createClient<ApiPaths>({ baseUrl: 'http://127.0.0.1' });
  const read = () => client.GET('/api/runs/{run}', { params: { path: { run: 'a' } } });
  const start = () => client.POST('/api/runs', { body: { template: 'variations', priority: 1 } });
  const list = () => client.GET('/api/runs', { params: { query: { limit: 20, state: 'failed' } } });

  expectTypeOf<Awaited<ReturnType<typeof read>>['data']>().toExtend<RunDetail | undefined>();
  expectTypeOf<Awaited<ReturnType<typeof start>>['data']>().toExtend<RunRecord | undefined>();
  expectTypeOf<Awaited<ReturnType<typeof list>>['data']>().toExtend<
    { readonly runs: readonly RunRecord[] } | undefined
  >();
  expectTypeOf<NonNullable<Awaited<ReturnType<typeof read>>['error']>>().toExtend<ProblemBody>();
  expectTypeOf<NonNullable<Awaited<ReturnType<typeof read>>['data']>>().not.toBeAny();
  // @ts-expect-error no such address
  expectTypeOf(() => client.GET('/api/run')).toBeFunction();
  // @ts-expect-error the method is not one of the address
  expectTypeOf(() => client.PUT('/api/runs', { body: { workflowName: 'a' } })).toBeFunction();
  // @ts-expect-error the id is missing
  expectTypeOf(() => client.GET('/api/runs/{run}')).toBeFunction();
  // @ts-expect-error a priority is a number
  expectTypeOf(() => client.POST('/api/runs', { body: { workflowName: 'a', priority: 'high' } })).toBeFunction();
  // @ts-expect-error no such state
  expectTypeOf(() => client.GET('/api/runs', { params: { query: { state: 'lost' } } })).toBeFunction();
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
