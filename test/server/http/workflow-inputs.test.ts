import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImageText } from '@unclip-studio/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, TEST_TOKEN, type TestServer, untilEnded } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
const IMAGE = new URL('../fixtures/pictures/rgb.png', import.meta.url);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
  await server.ask('PUT', '/api/workflows/smaller', { workflow: SMALLER, baseRevision: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SMALLER = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
    resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
    save: { type: 'SaveImage', inputs: { image: 'resize.image' } },
  },
  inputs: { photo: { to: ['photo.image'] }, side: { to: ['resize.width', 'resize.height'], label: 'Side' } },
};

test('a saved workflow says what may be set, and runs with it set, without a word of nodes', async () => {
  const bytes = readFileSync(IMAGE);
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'image/png' }), 'mine.png');
  const upload = await fetch(`${server.origin}/api/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
    body: form,
  });
  const { sha256 } = (await upload.json()) as { readonly sha256: string };
  const described = await server.ask('GET', '/api/workflows/smaller/inputs');

  const inputs = { photo: sha256, side: 4 };
  const started = await server.ask('POST', '/api/workflows/smaller/runs', { inputs });

  expect(described.body.inputs).toMatchObject([
    { name: 'photo', to: ['photo.image'], param: { kind: 'image' }, value: 'red-heart.png' },
    { name: 'side', label: 'Side', param: { kind: 'integer', min: expect.any(Number) }, value: 8 },
  ]);
  expect(started.status).toBe(201);
  await untilEnded(server, started.body.id);
  const ended = await server.ask('GET', `/api/runs/${started.body.id}`);
  expect(ended.body).toMatchObject({
    state: 'succeeded',
    workflowName: 'smaller',
    outputs: [{ widthPx: 4, heightPx: 4 }],
  });
  const ran = await server.ask('GET', `/api/runs/${started.body.id}/workflow`);
  expect(ran.body.nodes.photo.params.image).toBe(sha256);
});

test('what does not fit is refused with the name of each input and what it expects', async () => {
  const inputs = { photo: 'nobody.png', side: 'large', size: 3 };

  const { status, body } = await server.ask('POST', '/api/workflows/smaller/runs', { inputs });

  expect(status).toBe(422);
  expect(body.errors).toEqual([
    {
      path: 'body.inputs.side',
      message: expect.stringMatching(/^Workflow input "side": expected a whole number .*"large"\.$/),
    },
    {
      path: 'body.inputs.size',
      message: 'The workflow has no input "size". Did you mean "side"? Its inputs are "photo", "side".',
    },
    {
      path: 'body.inputs.photo',
      message: 'Workflow input "photo": expected the id or name of an uploaded image, got "nobody.png".',
    },
  ]);
});

test('inputs work with a workflow in the body as well, and unknown keys are rejected', async () => {
  const started = await server.ask('POST', '/api/runs', { workflow: SMALLER, inputs: { side: 2 } });
  const unknown = await server.ask('POST', '/api/workflows/smaller/runs', { input: {} });
  const nowhere = await server.ask('GET', '/api/workflows/nobody/inputs');

  expect([started.status, unknown.status, nowhere.status]).toEqual([201, 400, 404]);
  expect((await server.ask('GET', `/api/runs/${started.body.id}/workflow`)).body.nodes.resize.params).toEqual({
    width: 2,
    height: 2,
  });
});

test('an image that a node inside a subgraph saved has an address like any other', async () => {
  const { nodes } = SMALLER;
  const workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: { whole: { type: 'subgraph:all' } },
    subgraphs: { all: { nodes } },
  };
  const started = await server.ask('POST', '/api/runs', { workflow });
  await untilEnded(server, started.body.id);

  const { body: run } = await server.ask('GET', `/api/runs/${started.body.id}`);

  expect(run).toMatchObject({ state: 'succeeded', outputs: [{ node: 'whole/save' }] });
  expect(Object.keys(run.nodes).sort()).toEqual(['whole/photo', 'whole/resize', 'whole/save']);
  const [{ id }] = run.outputs;
  expect(id).toBe(`${run.id}.whole~save.0`);
  for (const path of ['', '/thumbnail', '/workflow', '/receipt']) {
    const answer = await fetch(`${server.origin}/api/outputs/${id}${path}`, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    expect([path, answer.status]).toEqual([path, 200]);
  }
});

test('an input that names a removed node is not an input, and is reported when the workflow is run', async () => {
  const inputs = { ...SMALLER.inputs, broken: { to: ['resize.width', 'gone.width'] } };
  await server.ask('PUT', '/api/workflows/broken', { workflow: { ...SMALLER, inputs }, baseRevision: 0 });

  const described = await server.ask('GET', '/api/workflows/broken/inputs');
  const set = await server.ask('POST', '/api/workflows/broken/runs', { inputs: { broken: 3 } });
  const run = await server.ask('POST', '/api/workflows/broken/runs', {});

  expect(described.body.inputs.map(({ name }: { readonly name: string }) => name)).toEqual(['photo', 'side']);
  expect([set.status, set.body.errors[0].path]).toEqual([422, 'body.inputs.broken']);
  expect([run.status, run.body.detail]).toEqual([
    422,
    'Workflow input "broken": there is no param "gone.width". Name a param of a node as "node.param", or remove the input.',
  ]);
});

test('node types are described in the requested language, and in English otherwise', async () => {
  const titleIn = async (query: string) => {
    const { body } = await server.ask('GET', `/api/nodes${query}`);
    const { nodes } = body as { readonly nodes: readonly { readonly type: string; readonly title: string }[] };
    return nodes.find(({ type }) => type === 'LoadImage')?.title;
  };

  expect(await titleIn('')).toBe('Load Image');
  expect(await titleIn('?language=en')).toBe('Load Image');
  expect(await titleIn('?language=de')).toBe('Bild laden');
  expect(await titleIn('?language=zh-CN')).toBe('加载图像');
  expect(await titleIn('?language=ja')).toBe('画像を読み込む');
  expect((await server.ask('GET', '/api/nodes?language=xx')).status).toBe(400);
});

test('no path that a client names gets into the library, or into the images of a run', async () => {
  const nodes = {
    ...SMALLER.nodes,
    unused: { type: 'LoadImage', params: { image: '/home/mia/red-heart.png' } },
    model: { type: 'LoadModel', params: { checkpoint: 'C:\\models\\dream' } },
  };
  const named = {
    unused: { params: { image: 'red-heart.png' } },
    model: { params: { checkpoint: 'dream' } },
  };
  const workflow = { ...SMALLER, nodes };

  await server.ask('PUT', '/api/workflows/paths', { workflow, baseRevision: 0 });
  const started = await server.ask('POST', '/api/runs', { workflow, targets: ['save'] });
  const [output] = (await untilEnded(server, started.body.id)).outputs;
  const answer = await fetch(`${server.origin}/api/outputs/${output?.id}`, {
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
  });
  const texts = readImageText(new Uint8Array(await answer.arrayBuffer()));

  expect((await server.ask('GET', '/api/workflows/paths')).body.workflow.nodes).toMatchObject(named);
  expect(JSON.parse(texts.get('unclip-workflow') ?? '{}').nodes).toMatchObject(named);
  expect([...texts.values()].filter((text) => /mia|C:/.test(text))).toEqual([]);
});
