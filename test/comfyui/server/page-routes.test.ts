import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImageText } from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { sharedTestServer } from '../../support/shared-server.js';
import { smallModels } from '../../support/small-models.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, type TestServer, untilEnded, workflowOf } from '../../support/test-server.js';
import { REPOSITORY } from '../../support/variations.js';

// What ComfyUI’s own page asks its server for; `npm run comfy-reopen` opens the page itself.

const sharedServer = sharedTestServer({ comfyui: true });

async function comfyServer(config: object = {}, folder = tempFolder()): Promise<TestServer> {
  const server = await startTestServer(folder, {}, { comfyui: true, ...config });
  onTestFinished(() => server.close());
  return server;
}

const send = (server: TestServer, method: string, path: string, body?: string) =>
  fetch(server.origin + path, { method, ...(body === undefined ? {} : { body }) });
const get = async (server: TestServer, path: string) => {
  const answer = await send(server, 'GET', path);
  return answer.status === 200 ? answer.json() : answer.status;
};

test('a page gets one user, no extensions, and the folders with models', async () => {
  const server = await sharedServer();

  expect(await get(server, '/api/users')).toEqual({ storage: 'server', migrated: true });
  for (const path of ['/i18n', '/global_subgraphs', '/workflow_templates']) {
    expect([path, await get(server, path), await get(server, `/api${path}`)]).toEqual([path, {}, {}]);
  }
  // The page asks whether to put today's classes in place of former ones.
  expect(await get(server, '/node_replacements')).toMatchObject({
    T2IAdapterLoader: [
      { new_node_id: 'ControlNetLoader', input_mapping: [{ old_id: 't2i_adapter_name', new_id: 'control_net_name' }] },
    ],
    'ConditioningAverage ': [{ new_node_id: 'ConditioningAverage', input_mapping: null }],
  });
  const folders = (await get(server, '/api/experiment/models')) as { name: string; folders: string[] }[];
  expect(folders.map(({ name }) => name)).toEqual(expect.arrayContaining(['checkpoints', 'loras', 'vae']));
  expect(await get(server, '/experiment/models/checkpoints')).toContainEqual({ name: 'emoji-unclip', pathIndex: 0 });
  expect(await get(server, '/experiment/models/secrets')).toBe(404);
  expect([await get(server, '/models/secrets'), await get(server, '/models/style_models')]).toEqual([404, []]);
  const metadata = ['checkpoints?filename=emoji-unclip', 'checkpoints?filename=nothere', 'secrets', 'checkpoints'];
  expect(await Promise.all(metadata.map((path) => get(server, `/view_metadata/${path}`)))).toEqual([{}, 404, 404, 404]);
  expect(await get(server, '/internal/folder_paths')).toEqual({ checkpoints: [smallModels()] });
  const { system } = (await get(server, '/system_stats')) as { system: { comfyui_version: string } };
  expect(system.comfyui_version).toMatch(/^unclip-studio \d/);
  expect(await get(server, '/folder_paths')).toEqual(await get(server, '/internal/folder_paths'));
});

test('this server’s own addresses stay its own next to ComfyUI’s model folders, and need its token', async () => {
  const server = await sharedServer();

  const installed = await server.ask('GET', '/api/models/installed');
  expect(installed.body.types).toContain('lora');
  expect(installed.body.models).toContainEqual(expect.objectContaining({ name: 'emoji-unclip', type: 'checkpoint' }));
  expect((await server.ask('GET', '/api/models/downloads')).body).toEqual({ downloads: [] });
  expect((await server.ask('GET', '/api/models/deletions')).body).toEqual({ deletions: [] });
  expect(await get(server, '/api/models/installed')).toBe(401);
  expect((await send(server, 'HEAD', '/api/models/installed')).status).toBe(401);
  expect(await get(server, '/api/models/checkpoints')).toEqual(['emoji-unclip']);
  expect(await get(server, '/models/checkpoints')).toEqual(['emoji-unclip']);
});

describe('settings of the page', () => {
  test('are stored one by one and together, and survive restarts', async () => {
    const folder = tempFolder();
    const first = await comfyServer({}, folder);

    expect(await get(first, '/api/settings')).toEqual({});
    expect((await send(first, 'POST', '/api/settings', '{"Comfy.Locale":"en","Comfy.Minimap":true}')).status).toBe(200);
    expect((await send(first, 'POST', '/api/settings/Comfy.Minimap', 'false')).status).toBe(200);
    expect((await send(first, 'POST', '/api/settings/__proto__', '{"a":1}')).status).toBe(200);
    expect((await send(first, 'POST', '/api/settings/Comfy.Locale', 'not json')).status).toBe(400);
    await first.close();
    const second = await comfyServer({}, folder);

    expect(await (await send(second, 'GET', '/settings')).text()).toContain('"__proto__"');
    expect(await get(second, '/settings/Comfy.Locale')).toBe('en');
    expect(await get(second, '/settings/Comfy.Minimap')).toBe(false);
    expect(await get(second, '/settings/toString')).toBe(null);
  });

  test('keep integers to the last digit, and are rejected if they are not an object or too deeply nested', async () => {
    const server = await sharedServer();
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);

    expect((await send(server, 'POST', '/settings/seed', '18446744073709551615')).status).toBe(200);
    for (const body of ['[1,2]', '"Comfy.Locale"', '3', `{"deep":${deep}}`]) {
      expect([body.slice(0, 20), (await send(server, 'POST', '/settings', body)).status]).toEqual([
        body.slice(0, 20),
        400,
      ]);
    }
    expect((await send(server, 'POST', '/settings/deep', deep)).status).toBe(400);
    expect((await send(server, 'POST', '/settings', '{"other":9007199254740993}')).status).toBe(200);

    expect(await (await send(server, 'GET', '/settings/seed')).text()).toBe('18446744073709551615');
    const all = (await (await send(server, 'GET', '/settings')).text()).replace(/\s/g, '');
    expect(all).toBe('{"seed":18446744073709551615,"other":9007199254740993}');
  });

  test('are refused once they would be more than one answer can hold, however many they are', async () => {
    const server = await sharedServer();
    const large = JSON.stringify('x'.repeat(600_000));

    expect((await send(server, 'POST', '/settings/first', large)).status).toBe(200);
    const second = await send(server, 'POST', '/settings/second', large);

    expect([second.status, await second.text()]).toEqual([
      413,
      expect.stringContaining('may take 1 MiB, and would take'),
    ]);
    expect((await send(server, 'POST', '/settings', `{"second":${large}}`)).status).toBe(413);
    expect(Object.keys((await get(server, '/settings')) as object)).toEqual(['first']);
  });

  test('that a client stored as a file nested without end are none', async () => {
    const server = await sharedServer();
    await send(server, 'POST', '/userdata/comfy.settings.json', '['.repeat(100_000) + ']'.repeat(100_000));

    expect(await get(server, '/settings')).toEqual({});
  });
});

describe('files of the page', () => {
  const path = (name: string) => `/api/userdata/${encodeURIComponent(name)}`;

  test('are stored as they were sent, listed in both forms, moved and deleted, and survive restarts', async () => {
    const folder = tempFolder();
    const first = await comfyServer({}, folder);
    const bytes = '{"nodes":[],"title":"Grüße"}';
    const before = Date.now();

    expect(await get(first, '/api/userdata?dir=workflows&recurse=true&full_info=true')).toBe(404);
    expect(await (await send(first, 'POST', path('workflows/a.json'), bytes)).json()).toBe('workflows/a.json');
    const told = await (await send(first, 'POST', `${path('workflows/deep/b.json')}?full_info=true`, '')).json();
    expect(told).toMatchObject({ path: 'workflows/deep/b.json', size: 0 });
    expect((told as { modified: number }).modified).toBeGreaterThanOrEqual(before);
    await first.close();
    const server = await comfyServer({}, folder);

    expect(await (await send(server, 'GET', path('workflows/a.json'))).text()).toBe(bytes);
    expect(await get(server, '/userdata?dir=workflows')).toEqual(['a.json']);
    expect(await get(server, '/userdata?dir=workflows&recurse=true&split=true')).toEqual([
      ['a.json', 'a.json'],
      ['deep/b.json', 'deep', 'b.json'],
    ]);
    expect(await get(server, '/v2/userdata?path=workflows')).toEqual([
      { name: 'deep', path: 'workflows/deep', type: 'directory' },
      expect.objectContaining({
        name: 'a.json',
        path: 'workflows/a.json',
        type: 'file',
        size: Buffer.byteLength(bytes),
      }),
      expect.objectContaining({ name: 'b.json', path: 'workflows/deep/b.json', type: 'file', size: 0 }),
    ]);
    expect((await send(server, 'POST', `${path('workflows/a.json')}?overwrite=false`, 'other')).status).toBe(409);
    const move = (to: string, query = '') =>
      send(server, 'POST', `${path('workflows/a.json')}/move/${encodeURIComponent(to)}${query}`);
    expect((await move('workflows/deep/b.json', '?overwrite=false')).status).toBe(409);
    expect(await (await move('c.json')).json()).toBe('c.json');
    expect(await get(server, path('workflows/a.json'))).toBe(404);
    expect(await (await send(server, 'GET', path('c.json'))).text()).toBe(bytes);
    expect((await send(server, 'DELETE', path('c.json'))).status).toBe(204);
    expect((await send(server, 'DELETE', path('c.json'))).status).toBe(404);
  });

  test('have no paths that lead out of their folder, and none is shown as a page of this server', async () => {
    const server = await sharedServer();
    const out = ['../a.json', 'a/../../b', '/etc/passwd', '..\\a', 'C:\\a', 'a//b', './a', 'a\u0007b', 'x'.repeat(600)];

    for (const name of out) {
      expect([name, (await send(server, 'POST', path(name), 'x')).status]).toEqual([name, 400]);
      expect([name, (await send(server, 'GET', path(name))).status]).toEqual([name, 400]);
      const moved = await send(server, 'POST', `${path('a.json')}/move/${encodeURIComponent(name)}`);
      expect([name, moved.status]).toEqual([name, 400]);
    }
    expect((await send(server, 'GET', '/api/userdata?dir=../')).status).toBe(400);
    expect(await get(server, '/v2/userdata')).toEqual([]);

    await send(server, 'POST', path('page.html'), '<script>alert(1)</script>');
    const { headers } = await send(server, 'GET', path('page.html'));
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe('attachment');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('are refused above 8 MiB', async () => {
    const server = await sharedServer();

    expect((await send(server, 'POST', path('large.json'), 'x'.repeat(8 * 2 ** 20))).status).toBe(200);
    expect((await send(server, 'POST', path('large.json'), 'x'.repeat(8 * 2 ** 20 + 1))).status).toBe(413);
  });

  test('are rejected once they take 64 MiB together, until one is deleted', async () => {
    const server = await sharedServer();
    const large = 'x'.repeat(8 * 2 ** 20);
    for (let i = 0; i < 8; i++) expect((await send(server, 'POST', path(`${i}`), large)).status).toBe(200);

    const refused = await send(server, 'POST', path('more'), 'x');
    const replaced = await send(server, 'POST', path('3'), large);
    await send(server, 'DELETE', path('3'));
    const taken = await send(server, 'POST', path('more'), 'x');

    expect([refused.status, replaced.status, taken.status]).toEqual([413, 200, 200]);
  });
});

test('what is not there is 404 for clients that are let in, and 401 for all others', async () => {
  const open = await sharedServer();
  const closed = await comfyServer({ allowedHosts: ['studio.example'] });
  const unknown = ['/api/assets', '/customnode/getlist', '/api/userdata', '/nothing/at/all'];
  const statuses = (server: TestServer, headers = {}) =>
    Promise.all(unknown.map(async (path) => (await fetch(server.origin + path, { headers })).status));

  expect(await statuses(open)).toEqual([404, 404, 400, 404]);
  expect(await statuses(closed)).toEqual([401, 401, 401, 401]);
  expect(await statuses(closed, { authorization: `Bearer ${TEST_TOKEN}` })).toEqual([404, 404, 400, 404]);
  // This server's own addresses ask for the token as ever, with any method.
  expect(
    await Promise.all(['/api/runs', '/api/queue', '/api/models', '/api/runs/x'].map((at) => get(open, at))),
  ).toEqual([401, 401, 401, 401]);
  expect((await send(open, 'DELETE', '/api/runs/x')).status).toBe(401);
});

/** Two images that are saved, one that is shown; no model is needed. */
const PROMPT = {
  '1': { class_type: 'LoadImage', inputs: { image: 'heart.png' } },
  '2': {
    class_type: 'ImageScale',
    inputs: { image: ['1', 0], upscale_method: 'nearest-exact', width: 8, height: 8, crop: 'disabled' },
  },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'small' } },
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'whole' } },
  '5': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
};
const PAGE = { id: 'page-7', nodes: [], links: [], extra: { seed: 18446744073709551615n } };

async function upload(server: TestServer): Promise<void> {
  const form = new FormData();
  const heart = readFileSync(join(REPOSITORY, 'workflows/images/red-heart.png'));
  form.set('image', new Blob([heart], { type: 'image/png' }), 'heart.png');
  form.set('overwrite', 'true');
  await fetch(`${server.origin}/upload/image`, { method: 'POST', body: form });
}

async function queue(server: TestServer, id: string, more: object = {}): Promise<Response> {
  const page = JSON.stringify(PAGE, (_, value) => (typeof value === 'bigint' ? 'SEED' : value));
  const body = JSON.stringify({ prompt: PROMPT, prompt_id: id, client_id: 'me', ...more });
  const withPage = body.replace(
    /\}$/,
    `,"extra_data":{"api_key_comfy_org":"secret","extra_pnginfo":{"workflow":${page}}}}`,
  );
  return send(server, 'POST', '/prompt', withPage.replace('"SEED"', '18446744073709551615'));
}

async function ended(server: TestServer, id: string): Promise<void> {
  await expect.poll(async () => Object.keys((await get(server, `/history/${id}`)) as object)).toEqual([id]);
}

describe('a job', () => {
  test('is listed while it waits and once it has ended, with its image and the page it came from', async () => {
    const server = await comfyServer();
    await upload(server);
    await server.ask('POST', '/api/queue/pause');
    await queue(server, 'p');

    const waiting = (await get(server, '/api/jobs?status=in_progress,pending')) as { jobs: object[] };
    expect(waiting.jobs).toMatchObject([{ id: 'p', status: 'pending', outputs_count: 0, workflow_id: 'page-7' }]);
    await server.ask('POST', '/api/queue/resume');
    await ended(server, 'p');

    const { jobs, pagination } = (await get(server, '/api/jobs?status=completed,failed,cancelled&limit=1')) as {
      jobs: { preview_output: { filename: string; type: string } }[];
      pagination: object;
    };
    expect(jobs).toMatchObject([
      { id: 'p', status: 'completed', outputs_count: 3, preview_output: { type: 'output' } },
    ]);
    expect(pagination).toEqual({ offset: 0, limit: 1, total: 1, has_more: false });
    const shown = jobs[0]?.preview_output ?? { filename: '', type: '' };
    const image = await send(server, 'GET', `/view?${new URLSearchParams({ ...shown })}`);
    expect(image.headers.get('content-type')).toBe('image/png');
    // ComfyUI's page opens the image as the page that made it.
    const texts = readImageText(new Uint8Array(await image.arrayBuffer()));
    expect(JSON.parse(texts.get('prompt') ?? '')).toEqual(PROMPT);
    expect(texts.get('workflow')).toBe('{"id":"page-7","nodes":[],"links":[],"extra":{"seed":18446744073709551615}}');
    expect([...texts.keys()].sort()).toEqual(['prompt', 'unclip-receipt', 'unclip-workflow', 'workflow']);
    const detail = await (await send(server, 'GET', '/api/jobs/p')).text();
    expect(JSON.parse(detail)).toMatchObject({
      outputs: { 3: {}, 4: {}, 5: {} },
      workflow: { prompt: PROMPT, extra_data: { extra_pnginfo: { workflow: { id: 'page-7' } } } },
    });
    // Not rounded; and what signs a client in elsewhere is not kept.
    expect(detail).toContain('18446744073709551615');
    expect(detail).not.toContain('secret');
    expect(await get(server, '/api/jobs/other')).toBe(404);
    expect(await get(server, '/api/jobs?workflow_id=other')).toMatchObject({ jobs: [] });
  });

  test('can be cancelled alone and with others, and one that has ended stays as it is', async () => {
    const server = await comfyServer();
    await upload(server);
    await server.ask('POST', '/api/queue/pause');
    for (const id of ['a', 'b', 'c']) await queue(server, id);

    const alone = await send(server, 'POST', '/api/jobs/a/cancel');
    const again = await send(server, 'POST', '/api/jobs/a/cancel');
    const others = await send(server, 'POST', '/api/jobs/cancel', '{"job_ids":["b","a","unknown",{"toString":1}]}');
    const unknown = await send(server, 'POST', '/api/jobs/unknown/cancel');

    expect([await alone.json(), await again.json()]).toEqual([{ cancelled: true }, { cancelled: false }]);
    expect([others.status, unknown.status]).toEqual([200, 404]);
    const { jobs } = (await get(server, '/jobs?sort_order=asc')) as { jobs: { id: string; status: string }[] };
    expect(Object.fromEntries(jobs.map(({ id, status }) => [id, status]))).toEqual({
      a: 'cancelled',
      b: 'cancelled',
      c: 'pending',
    });
    // The page clears what waits by the old address, which is this server's own only for reading.
    expect((await send(server, 'POST', '/api/queue', '{"clear":true}')).status).toBe(200);
    expect(await get(server, '/api/jobs?status=pending')).toMatchObject({ jobs: [] });
  });
});

type Queue = Record<'queue_pending' | 'queue_running', [number, string, object, object, string[]][]>;

describe('a prompt', () => {
  test('runs only the requested outputs, and its entry names those', async () => {
    const server = await sharedServer();
    await upload(server);

    const none = await queue(server, 'none', { partial_execution_targets: ['2'] });
    await queue(server, 'some', { partial_execution_targets: ['3', '5'] });
    await ended(server, 'some');

    expect([none.status, await none.json()]).toMatchObject([400, { error: { type: 'prompt_no_outputs' } }]);
    const { some } = (await get(server, '/history/some')) as Record<string, { prompt: unknown[]; outputs: object }>;
    expect(Object.keys(some?.outputs ?? {})).toEqual(['3', '5']);
    expect(some?.prompt[4]).toEqual(['3', '5']);
  });

  test('goes before those with a higher number, and to the front if requested', async () => {
    const server = await comfyServer();
    await upload(server);
    await server.ask('POST', '/api/queue/pause');
    const numberOf = async (id: string, more: object) =>
      ((await (await queue(server, id, more)).json()) as { number: number }).number;

    const numbers = [
      await numberOf('first', {}),
      await numberOf('second', {}),
      await numberOf('before both', { number: -2.5 }),
      await numberOf('between', { number: 1.5 }),
      await numberOf('front', { front: true }),
    ];

    // Only prompts without their own number are counted, as by ComfyUI.
    expect(numbers).toEqual([1, 2, -2.5, 1.5, -3]);
    const { queue_pending: waiting } = (await get(server, '/queue')) as Queue;
    expect(waiting.map(([number]) => number)).toEqual([...numbers].sort((a, b) => a - b));
    expect(waiting.map(([, id]) => id)).toEqual(['front', 'before both', 'first', 'between', 'second']);
    expect(waiting[0]?.[4]).toEqual(['3', '4', '5']);
    await server.ask('POST', '/api/queue/resume');
    await ended(server, 'second');
    const { runs } = (await server.ask('GET', '/api/runs')).body as { runs: { id: string; startedAt: string }[] };
    const inOrder = [...runs].sort((a, b) => a.startedAt.localeCompare(b.startedAt)).map(({ id }) => id);
    expect(
      inOrder
        .map((id) => server.runs.readWorkflow(id) as { comfyui?: { promptId?: string } })
        .map((one) => one.comfyui?.promptId),
    ).toEqual(waiting.map(([, id]) => id));
  });

  test('with a LoRA or an upscaler that is nowhere is refused with what there is', async () => {
    const server = await sharedServer();
    await upload(server);
    const prompt = {
      ...PROMPT,
      '6': { class_type: 'UpscaleModelLoader', inputs: { model_name: 'gone.pth' } },
      '7': { class_type: 'ImageUpscaleWithModel', inputs: { upscale_model: ['6', 0], image: ['1', 0] } },
      '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'x' } },
    };

    const body = JSON.stringify({ prompt, partial_execution_targets: ['8'] });
    const refused = await send(server, 'POST', '/prompt', body);

    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      {
        node_errors: {
          6: {
            errors: [
              { type: 'value_not_in_list', extra_info: { input_name: 'model_name', received_value: 'gone.pth' } },
            ],
          },
        },
      },
    ]);
  });
});

longTest(
  '/free and /api/memory/free unload the models of the worker, so that the next run would load them again',
  async () => {
    const server = await comfyServer();
    const workflow = (seed: number) =>
      workflowOf({
        model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
        text: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: `seed ${seed}` } },
      });
    const expectedMs = async (seed: number) => {
      const { body } = await server.ask('POST', '/api/forecast', { workflow: workflow(seed), targets: ['text'] });
      return body.expectedMs as number;
    };
    const run = async (seed: number) => {
      const { body } = await server.ask('POST', '/api/runs', { workflow: workflow(seed), targets: ['text'] });
      expect((await untilEnded(server, body.id)).state).toBe('succeeded');
    };
    for (const seed of [1, 2]) await run(seed);
    const loaded = await expectedMs(3);

    await send(server, 'POST', '/free', '{}');
    expect(await expectedMs(3)).toBe(loaded);
    expect((await send(server, 'POST', '/free', '{"unload_models":true}')).status).toBe(200);

    await expect.poll(() => expectedMs(3)).toBeGreaterThan(loaded);
    const unloaded = await expectedMs(3);
    await run(4);
    const again = await expectedMs(3);
    expect(again).toBeLessThan(unloaded);
    expect((await server.ask('POST', '/api/memory/free', {})).status).toBe(204);
    await expect.poll(() => expectedMs(3)).toBeGreaterThan(again);
  },
);
