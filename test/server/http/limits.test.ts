import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { readJsonBody } from '@unclip-studio/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyCharacter } from '../../support/any-character.js';
import { makePng } from '../../support/make-png.js';
import { slowWorkflow, startTestServer, TEST_TOKEN, type TestServer, workflowOf } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder, { queue: 3, uploadBytes: UPLOAD_BYTES });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const UPLOAD_BYTES = 2 ** 20;

describe('a body', () => {
  test('over 4 MB is refused', async () => {
    const { status, body } = await server.ask('POST', '/api/runs', `{"workflow":"${'x'.repeat(4.2e6)}"}`);

    expect([status, body.title]).toEqual([413, 'The request is too large']);
  });

  test.each([
    ['nested without end', '['.repeat(1e5)],
    ['nested without end inside', `{"workflow":${'{"a":'.repeat(1e5)}`],
    ['cut short', '{"workflow":'],
    ['with a key twice', '{"workflow":{},"workflow":{}}'],
    ['with __proto__', '{"workflow":{"__proto__":{"polluted":1}}}'],
    ['with an escaped __proto__', '{"workflow":{"\\u005f_proto__":{"polluted":1}}}'],
    ['with constructor', '{"workflow":{"nodes":{"constructor":{"prototype":{"polluted":1}}}}}'],
    ['that is a list', '[]'],
    ['that is null', 'null'],
  ])('%s is a bad request', async (_, text) => {
    const { status, headers, body } = await server.ask('POST', '/api/runs', text);

    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(body.errors[0].path).toBe('body');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('in another encoding than UTF-8 is rejected, declared or not', async () => {
    const latin1 = Buffer.from('{"workflowName":"caf\u00e9"}', 'latin1');
    const send = (contentType: string) =>
      fetch(new URL('/api/runs', server.origin), {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': contentType },
        body: latin1,
      });

    expect((await send('application/json; charset=latin1')).status).toBe(415);
    const answer = await send('application/json; charset=UTF-8');
    expect([answer.status, (await answer.json()).detail]).toEqual([400, expect.stringContaining('no UTF-8')]);
  });

  test('compressed is refused: its size would be unknown', async () => {
    const { status } = await server.ask('POST', '/api/runs', '{}', { 'content-encoding': 'gzip' });

    expect(status).toBe(415);
  });

  test('of any bytes is read or refused, and never breaks the reader', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: anyCharacter }), fc.json()), (body) => {
        try {
          readJsonBody(Buffer.from(body as string));
        } catch (error) {
          expect((error as Error).name).toBe('Problem');
        }
      }),
    );
  });
});

describe('a workflow', () => {
  test('of more than 5,000 nodes is too large', async () => {
    const nodes = Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`n${i}`, { type: 'DevConstant' }]));

    const { status, body } = await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes) });

    expect([status, body.errors]).toEqual([
      413,
      [{ path: 'body.workflow.nodes', message: 'expected at most 5000 nodes, got 5001' }],
    ]);
  });

  test('that cannot run is rejected with each problem as data and as a message', async () => {
    const nodes = { a: { type: 'DevAd' }, b: { type: 'DevAdd', inputs: { value: 'c.value' } } };

    const { status, body } = await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes) });

    expect(status).toBe(422);
    expect(body.diagnostics.map(({ code }: { code: string }) => code)).toEqual(['unknown-type', 'unknown-source']);
    expect(body.errors[0]).toEqual({
      path: 'workflow.nodes.a',
      message: 'Node "a" (DevAd): there is no node type "DevAd". Did you mean "DevAdd"? See all with: unclip nodes',
    });
    expect(body.errors[1].path).toBe('workflow.nodes.b.inputs.value');
  });

  test('with a cycle is refused naming it', async () => {
    const nodes = {
      a: { type: 'DevAdd', inputs: { value: 'b.value' } },
      b: { type: 'DevAdd', inputs: { value: 'a.value' } },
    };

    const { status, body } = await server.ask('POST', '/api/runs', { workflow: workflowOf(nodes) });

    expect([status, body.diagnostics[0].code]).toEqual([422, 'cycle']);
  });
});

describe('runs', () => {
  test('sent twice with one key are one run; another body with it is a conflict', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(1, 2) }, key);

    const again = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(1, 2) }, key);
    const other = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(2, 2) }, key);

    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect([other.status, other.body.runId]).toEqual([409, first.body.id]);
  });

  test('beyond the cap of the queue are refused with the time to wait', async () => {
    await server.ask('POST', '/api/queue/pause');
    const statuses: number[] = [];
    for (let seed = 10; seed < 15; seed++) {
      statuses.push((await server.ask('POST', '/api/runs', { workflow: slowWorkflow(seed) })).status);
    }

    const full = await server.ask('POST', '/api/runs', { workflow: slowWorkflow(20) });

    expect(full.status).toBe(429);
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(statuses).toContain(201);
    await server.ask('POST', '/api/queue/cancel');
    await server.ask('POST', '/api/queue/resume');
  });

  test('start from a saved name, or a template, with params changed', async () => {
    await server.ask('PUT', '/api/workflows/mine', { workflow: slowWorkflow(3, 50), baseRevision: 0 });
    const params = { sleep: { steps: 1 } };

    const saved = await server.ask('POST', '/api/runs', { workflowName: 'mine', params });
    const unknown = await server.ask('POST', '/api/runs', { workflowName: 'mine', params: { nobody: { steps: 1 } } });
    const template = await server.ask('POST', '/api/forecast', { template: 'image-variations' });

    expect([saved.status, saved.body.workflowName]).toEqual([201, 'mine']);
    const ran = await server.ask('GET', `/api/runs/${saved.body.id}/workflow`);
    expect(ran.body.nodes.sleep.params.steps).toBe(1);
    expect([unknown.status, unknown.body.errors[0].path]).toEqual([422, 'body.params.nobody']);
    expect(template.status).toBe(200);
    await server.ask('POST', '/api/queue/cancel');
  });
});

describe('saved workflows', () => {
  test('are never overwritten unseen: the second of two savers gets a conflict with the current state', async () => {
    const path = '/api/workflows/two%20tabs';
    const first = await server.ask('PUT', path, { workflow: workflowOf({}, 'one'), baseRevision: 0 });

    const second = await server.ask('PUT', path, { workflow: workflowOf({}, 'two'), baseRevision: 0 });

    expect([first.status, first.body.revision]).toEqual([200, 1]);
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ currentRevision: 1, current: { title: 'one', workflow: { title: 'one' } } });
  });

  test('come back after a delete', async () => {
    const path = '/api/workflows/gone';
    await server.ask('PUT', path, { workflow: workflowOf({}, 'kept'), baseRevision: 0 });
    const removed = await server.ask('DELETE', path);
    const missing = await server.ask('GET', path);

    const restored = await server.ask('POST', `${path}/versions/1/restore`, { baseRevision: 0 });

    expect([removed.status, missing.status, restored.status]).toEqual([204, 404, 200]);
    expect((await server.ask('GET', path)).body.workflow.title).toBe('kept');
  });

  test.each(['%00', 'a%0Ab', '%E2%80%AEtxt', `${'x'.repeat(121)}`, '%20lead'])('may not be called %s', async (name) => {
    const { status } = await server.ask('PUT', `/api/workflows/${name}`, { workflow: workflowOf({}), baseRevision: 0 });

    expect(status).toBe(400);
  });
});

test.each([
  '/api/templates/..%2f..%2fpackage',
  '/api/templates/%2e%2e%2fLICENSE',
  '/api/images/..%2f..%2ftoken',
  '/api/outputs/..%2f..%2ftoken',
  '/api/workflows/..%2f..%2fetc%2fpasswd',
  '/..%2f..%2fpackage.json',
  '/assets/..%2f..%2fpackage.json',
])('%s is not a route', async (path) => {
  const { status, body } = await server.ask('GET', path);

  expect([400, 404]).toContain(status);
  expect(JSON.stringify(body)).not.toMatch(/root:|private/);
});

test('a link among the templates is not followed', async () => {
  const links = mkdtempSync(join(tmpdir(), 'unclip-test-'));
  writeFileSync(join(links, 'real.json'), JSON.stringify(workflowOf({})));
  symlinkSync(join(links, 'real.json'), join(links, 'link.json'));
  const linked = await startTestServer(join(links, 'data'), {}, { templatesFolder: links });

  const { body } = await linked.ask('GET', '/api/templates');
  const { status } = await linked.ask('GET', '/api/templates/link');

  expect(body.templates.map(({ name }: { name: string }) => name)).toEqual(['real']);
  expect(status).toBe(404);
  await linked.close();
  rmSync(links, { recursive: true });
});

test('an export to ComfyUI, small or large, works; an invalid workflow is a bad request', async () => {
  const nodes = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`n${i}`, { type: 'LoadImage', params: { image: 'a.png' } }]),
    );
  const exported = async (workflow: unknown) => server.ask('POST', '/api/comfyui/export', { workflow });

  const answers = await Promise.all([exported(workflowOf(nodes(2))), exported(workflowOf(nodes(2000)))]);
  const refused = await exported({ format: 'unclip-workflow', version: 1, nodes: { a: {} } });

  expect(answers.map(({ status, body }) => [status, Object.keys(JSON.parse(body.text)).length])).toEqual([
    [200, 2],
    [200, 2000],
  ]);
  expect([refused.status, refused.body.detail]).toEqual([
    400,
    expect.stringContaining('Node "a", "type": expected the name of a node type'),
  ]);
});

describe('a list', () => {
  test('of runs shows what each made first, and how much more there is; the run itself shows all', async () => {
    const { id } = (await server.ask('POST', '/api/runs', { workflow: slowWorkflow(30, 2000) })).body;
    await expect.poll(async () => (await server.ask('GET', `/api/runs/${id}`)).body.state).toBe('running');
    const facts = { name: 'a', temporary: true, mediaType: 'image/png', sizeBytes: 1, widthPx: 1, heightPx: 1 };
    const receipt = { nodeType: 'DevSave', nodeVersion: 1, fingerprint: 'f' };
    const made = Array.from({ length: 103 }, (_, index) => ({
      node: 'a',
      index,
      sha256: 'a'.repeat(64),
      ...facts,
      receipt,
    }));
    server.store.outputs.record(id, made, 0);

    const [listed] = (await server.ask('GET', '/api/runs?limit=1')).body.runs;
    const { body } = await server.ask('GET', `/api/runs/${id}`);
    await server.ask('POST', '/api/queue/cancel');

    expect([listed.outputs.length, listed.moreOutputs]).toEqual([100, 3]);
    expect([body.outputs.length, body.moreOutputs]).toEqual([103, undefined]);
  });

  test('of workflows and of their states comes in pages, with titles of a bearable length', async () => {
    const title = 'x'.repeat(100_000);
    for (let revision = 0; revision < 3; revision++) {
      const workflow = workflowOf({}, title);
      await server.ask('PUT', '/api/workflows/paged', { workflow, baseRevision: revision });
    }

    const { versions } = (await server.ask('GET', '/api/workflows/paged/versions?limit=2&offset=1')).body;
    const beyond = await server.ask('GET', '/api/workflows/paged/versions?offset=3');
    const [newest] = (await server.ask('GET', '/api/workflows?limit=1')).body.workflows;

    expect(versions.map(({ revision }: { revision: number }) => revision)).toEqual([2, 1]);
    expect([beyond.status, beyond.body.versions]).toEqual([200, []]);
    expect([newest.name, newest.title.length]).toEqual(['paged', 201]);
    expect((await server.ask('GET', '/api/workflows/paged')).body.workflow.title).toBe(title);
  });

  test('of share links has an end: further ones are refused', async () => {
    await server.ask('PUT', '/api/workflows/shared', { workflow: workflowOf({}), baseRevision: 0 });
    const limits = { runsPerHour: 1, queuedRuns: 1, uploadsPerHour: 1, uploadBytes: 1 };
    const grant = {
      kind: 'view',
      workflowName: 'shared',
      revision: null,
      createdAt: 0,
      expiresAt: 1e15,
      limits,
    } as const;
    server.store.database.transaction(() => {
      for (let i = 0; i < 1000; i++) server.store.grants.add({ ...grant, id: `grant-${i}` }, `secret ${i}`);
    });

    const { status, body } = await server.ask('POST', '/api/grants', { kind: 'view', workflowName: 'shared' });

    expect([status, body.detail]).toEqual([
      409,
      'There are 1000 share links already, which is the limit. Revoke some.',
    ]);
  });
});

describe('an upload', () => {
  const fixtures = new URL('../fixtures/pictures/', import.meta.url);

  test('is stored under the hash of its bytes and given back as an attachment', async () => {
    const bytes = readFileSync(new URL('rgb.jpg', fixtures));
    const { status, body } = await upload(bytes, '../../etc/passwd');

    const back = await server.ask('GET', `/api/images/${body.sha256}`);
    const small = await server.ask('GET', `/api/images/${body.sha256}/thumbnail?side=16`);

    expect([status, body.mediaType, body.name]).toEqual([201, 'image/jpeg', 'passwd']);
    expect(Buffer.compare(back.body, bytes)).toBe(0);
    expect(back.headers.get('content-disposition')).toBe('attachment');
    expect(back.headers.get('content-security-policy')).toContain('sandbox');
    expect(small.headers.get('content-type')).toBe('image/webp');
  });

  test.each([
    [
      'an SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      415,
      'image-format',
    ],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0'), 415, 'image-format'],
    ['JSON', Buffer.from('{"file":{"path":"/etc/passwd"}}'), 415, 'image-format'],
    ['nothing', Buffer.alloc(0), 415, 'image-format'],
    ['half a JPEG', readFileSync(new URL('rgb.jpg', fixtures)).subarray(0, 300), 422, 'image-damaged'],
    [
      'a PNG with its pixels and without its end',
      readFileSync(new URL('rgb.png', fixtures)).subarray(0, 100),
      422,
      'image-damaged',
    ],
    ['a bomb of 40,000 x 40,000 px', bomb(), 422, 'image-dimensions'],
  ])('of %s is refused', async (_, bytes, status, code) => {
    const before = (await server.ask('GET', '/api/images')).body.images.length;

    const answer = await upload(bytes, 'x.png');

    expect([answer.status, answer.body.errors?.[0].path, answer.body.because?.code]).toEqual([
      status,
      'body.file',
      code,
    ]);
    expect((await server.ask('GET', '/api/images')).body.images).toHaveLength(before);
    expect(temporaryFiles()).toEqual([]);
  });

  test.each(['', '; name=""', '; name="__proto__"', '; name="file[0]"', '; name="a[b"'])(
    'in a part called %j is a bad request',
    async (name) => {
      const image = readFileSync(new URL('rgb.png', fixtures));
      const head = `--b\r\ncontent-disposition: form-data${name}; filename="a.png"\r\n\r\n`;
      const answer = await fetch(new URL('/api/images', server.origin), {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'multipart/form-data; boundary=b' },
        body: Buffer.concat([Buffer.from(head), image, Buffer.from('\r\n--b--\r\n')]),
      });

      expect(answer.status).toBe(400);
      expect(temporaryFiles()).toEqual([]);
    },
  );

  test('over the limit is refused and leaves nothing behind', async () => {
    const { status } = await upload(Buffer.alloc(UPLOAD_BYTES + 1), 'big.png');

    expect(status).toBe(413);
    await expect.poll(temporaryFiles).toEqual([]);
  });

  test('with other fields, or more than one file, is refused', async () => {
    const form = new FormData();
    form.append('file', new Blob(['a']), 'a.png');
    form.append('file', new Blob(['b']), 'b.png');

    const { status } = await send(form);

    expect(status).toBe(400);
    await expect.poll(temporaryFiles).toEqual([]);
  });

  test('that is broken off leaves no temporary file', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const head = [
      'POST /api/images HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      `authorization: Bearer ${TEST_TOKEN}`,
      'content-type: multipart/form-data; boundary=x',
      'content-length: 1000000',
      '',
      '--x',
      'content-disposition: form-data; name="file"; filename="a.png"',
      '',
      'x'.repeat(100_000),
    ];
    socket.write(head.join('\r\n'));
    await expect.poll(() => temporaryFiles().length).toBe(1);

    socket.destroy();

    await expect.poll(temporaryFiles).toEqual([]);
  });
});

function temporaryFiles(): readonly string[] {
  return readdirSync(join(folder, 'temporary', 'uploads'));
}

function upload(bytes: Uint8Array, name: string) {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), name);
  return send(form);
}

async function send(form: FormData) {
  const answer = await fetch(`${server.origin}/api/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: each test names what it checks
  return { status: answer.status, body: (await answer.json()) as any };
}

function bomb(): Buffer {
  const data = deflateSync(Buffer.alloc(1000));
  return makePng({ width: 40_000, height: 40_000, depth: 1, colourType: 0, data });
}
