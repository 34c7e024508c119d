import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowNode } from '@unclip-studio/graph-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeDirect } from '../../support/decode-direct.js';
import { bundledWorkflow } from '../../support/kept-run.js';
import { type Answer, startTestServer, TEST_TOKEN, type TestServer, untilEnded } from '../../support/test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
const HEART = new URL('../../../workflows/images/red-heart.png', import.meta.url);
const PHOTO = new URL('../fixtures/pictures/rgb.png', import.meta.url);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
  await save('smaller', SMALLER);
  await upload('/api/images', HEART, 'private.png', TEST_TOKEN);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SMALLER = {
  format: 'unclip-workflow',
  version: 1,
  title: 'Smaller',
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
    resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
    save: { type: 'SaveImage', inputs: { image: 'resize.image' } },
  },
  inputs: { photo: { to: ['photo.image'] }, side: { to: ['resize.width', 'resize.height'], label: 'Side' } },
};

describe('a link to a form', () => {
  test('shows its published inputs and nothing of the graph, and runs the saved revision with them', async () => {
    const link = await share({ kind: 'form', workflowName: 'smaller' });
    await save('smaller', { ...SMALLER, inputs: {} });
    const shown = await link.ask('GET', '');
    const started = await link.ask('POST', '/runs', { inputs: { side: 4 } });
    await untilEnded(server, started.body.id);

    const ended = await link.ask('GET', `/runs/${started.body.id}`);
    const [output] = ended.body.outputs;
    const bytes = await link.ask('GET', `/outputs/${output.id}`);

    expect(shown.body).toMatchObject({ kind: 'form', title: 'Smaller', inputs: [{ name: 'photo' }, { name: 'side' }] });
    expect(shown.body).not.toHaveProperty('workflow');
    expect(shown.body).not.toHaveProperty('nodes');
    expect(shown.body.inputs.flatMap(({ to }: { to: string[] }) => to)).toEqual([]);
    expect(ended.body).toMatchObject({ state: 'succeeded', outputs: [{ widthPx: 4, heightPx: 4 }] });
    expect([bytes.status, bytes.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect((await server.ask('GET', `/api/runs/${started.body.id}`)).body.workflowName).toBe('smaller');
  });

  test('gives its images without the graph that made them', async () => {
    await save('hidden graph', SMALLER);
    const link = await share({ kind: 'form', workflowName: 'hidden graph' });
    const started = await link.ask('POST', '/runs', { inputs: { side: 4 } });
    const { outputs } = await untilEnded(server, started.body.id);
    const read = async (path: string, secret: string) => {
      const answer = await plain('GET', `${path}/outputs/${outputs[0].id}`, { authorization: `Bearer ${secret}` });
      return Buffer.from(await answer.arrayBuffer());
    };

    const [whole, shared] = [await read('/api', TEST_TOKEN), await read(`/api/shared/${link.id}`, link.secret)];

    expect([whole, shared].map((bytes) => bytes.includes('ImageResize'))).toEqual([true, false]);
    expect(await decodeDirect(shared)).toEqual(await decodeDirect(whole));
  });

  test('shows the results of the nodes that its form names, and gives no others away', async () => {
    const preview = { type: 'SaveImage', inputs: { image: 'photo.image' } };
    const nodes = { ...SMALLER.nodes, original: preview };
    await save('two results', { ...SMALLER, nodes, form: { outputs: ['save', 'gone'] } });
    const link = await share({ kind: 'form', workflowName: 'two results' });
    const started = await link.ask('POST', '/runs', { inputs: { side: 4 } });
    const run = await untilEnded(server, started.body.id);

    const shown = (await link.ask('GET', `/runs/${started.body.id}`)).body.outputs;
    const listed = (await link.ask('GET', '/runs')).body.runs[0].outputs;
    const other = run.outputs.find(({ node }: { node: string }) => node === 'original');
    const refused = await link.ask('GET', `/outputs/${other?.id}`);

    expect(run.outputs).toHaveLength(2);
    expect(shown).toMatchObject([{ widthPx: 4 }]);
    expect(listed).toEqual(shown);
    expect([(await link.ask('GET', `/outputs/${shown[0].id}`)).status, refused.status]).toEqual([200, 404]);
  });

  test('reads its workflow once, whatever is asked about its runs', async () => {
    await save('read once', SMALLER);
    const link = await share({ kind: 'form', workflowName: 'read once' });
    const started = await link.ask('POST', '/runs', { inputs: { side: 5 } });
    const { outputs } = await untilEnded(server, started.body.id);
    const reads = vi.spyOn(server.store.workflows, 'read');

    for (let i = 0; i < 5; i++) {
      const answers = [
        await link.ask('GET', `/runs/${started.body.id}?preview=true`),
        await link.ask('GET', '/runs'),
        await link.ask('GET', `/outputs/${outputs[0].id}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    }

    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });

  test('gives previews of what its results show, on request only, and of no other node', async () => {
    const { nodes } = bundledWorkflow('two-pass');
    const sampler = (params: object, of: WorkflowNode = { type: '' }) => ({ ...of, type: 'UNetSample', params });
    await save('two passes', {
      ...SMALLER,
      nodes: {
        ...nodes,
        first: sampler({ steps: 4 }, nodes['first']),
        second: sampler({ ...nodes['second']?.params, steps: 100 }, nodes['second']),
        // Its images are shown only after they were blurred.
        hidden: sampler({ steps: 10, seed: 5 }, nodes['first']),
        sharp: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'hidden.latent' } },
        blurred: { type: 'ImageBlur', inputs: { image: 'sharp.image' } },
        saveBlurred: { type: 'SaveImage', inputs: { image: 'blurred.image' } },
      },
      inputs: {},
    });
    const link = await share({ kind: 'form', workflowName: 'two passes' });
    const made = new Map<string, string>();
    const stop = server.events.onPreview(({ node, bytes }) => made.set(Buffer.from(bytes).toString('base64'), node));
    const { id } = (await link.ask('POST', '/runs', {})).body;
    const unasked = await link.ask('GET', `/runs/${id}`);
    const given = new Set<string | undefined>();

    await expect
      .poll(async () => {
        const { body } = await link.ask('GET', `/runs/${id}?preview=true`);
        if (body.preview !== undefined) given.add(made.get(body.preview.replace('data:image/jpeg;base64,', '')));
        return body.state === 'succeeded' || (given.size > 0 && [...made.values()].includes('hidden'));
      })
      .toBe(true);
    await link.ask('POST', `/runs/${id}/cancel`);
    stop();

    expect(unasked.body).not.toHaveProperty('preview');
    expect([...given]).toEqual(['second']);
    expect(new Set(made.values())).toEqual(new Set(['first', 'hidden', 'second']));
  });

  test('accepts its own images by their content only: they get no name that a workflow could find', async () => {
    await save('with photo', SMALLER);
    const link = await share({ kind: 'form', workflowName: 'with photo' });
    const sent = await upload(`/api/shared/${link.id}/images`, PHOTO, 'red-heart.png', link.secret);
    const started = await link.ask('POST', '/runs', { inputs: { photo: sent.body.sha256 } });

    const run = await untilEnded(server, started.body.id);
    const listed = await server.ask('GET', '/api/images');
    const image = await link.ask('GET', `/images/${sent.body.sha256}/thumbnail`);

    expect([sent.status, run.state, image.status]).toEqual([201, 'succeeded', 200]);
    expect(listed.body.images.map(({ sha256 }: { sha256: string }) => sha256)).not.toContain(sent.body.sha256);
  });

  test('says under which licence its models are, and what that forbids', async () => {
    const model = { type: 'LoadModel', params: { checkpoint: 'stable-diffusion-2-1-unclip' } };
    await save('with model', { ...SMALLER, nodes: { ...SMALLER.nodes, model } });
    const links = [await share({ kind: 'form', workflowName: 'with model' })];
    links.push(await share({ kind: 'view', workflowName: 'with model' }));

    for (const link of links) {
      const { body } = await link.ask('GET', '');
      expect(body.licenses).toMatchObject([
        {
          model: 'stable-diffusion-2-1-unclip',
          name: 'CreativeML Open RAIL++-M License',
          restrictions: { length: 11 },
        },
      ]);
    }
  });

  test('reaches no other image, checkpoint or node', async () => {
    const sweep = { x: 'resize.width', xValues: '8,16', y: '', yValues: '' };
    const reaching = {
      ...SMALLER,
      nodes: {
        ...SMALLER.nodes,
        model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
        list: { type: 'LoadImages', params: { images: 'red-heart.png' } },
        saveList: { type: 'SaveImage', inputs: { image: 'list.image' } },
        sweep: { type: 'Sweep', inputs: { image: 'resize.image' }, params: sweep },
        saveSweep: { type: 'SaveImage', inputs: { image: 'sweep.images' } },
      },
      inputs: {
        ...SMALLER.inputs,
        model: { to: ['model.checkpoint'] },
        list: { to: ['list.images'] },
        values: { to: ['sweep.xValues'] },
      },
    };
    await save('reaching', reaching);
    const link = await share({ kind: 'form', workflowName: 'reaching', queuedRuns: 100 });
    const other = (await server.ask('GET', '/api/images')).body.images[0];
    const tries: Record<string, unknown>[] = [
      { photo: 'private.png' },
      { photo: other.sha256 },
      { photo: '../token' },
      { list: 'red-heart.png\nprivate.png' },
      { model: 'another' },
      { save: 'x' },
      { side: 10_000_000 },
      { side: 'large' },
      { __proto__x: 1 },
    ];

    for (const inputs of tries) {
      const { status, body } = await link.ask('POST', '/runs', { inputs });
      expect({ inputs, status, told: typeof body.detail }).toEqual({ inputs, status: 422, told: 'string' });
    }

    const extra = await link.ask('POST', '/runs', { inputs: {}, params: { save: { name: 'x' } } });
    const runs = await link.ask('GET', '/runs');
    const image = await link.ask('GET', `/images/${other.sha256}`);
    expect([extra.status, runs.body.runs, image.status]).toEqual([400, [], 404]);
  });

  test('may not publish what a Sweep varies, by which everything could be set', async () => {
    const nodes = {
      ...SMALLER.nodes,
      sweep: { type: 'Sweep', inputs: { image: 'resize.image' }, params: { x: 'resize.width', xValues: '8,16' } },
      all: { type: 'SaveImage', inputs: { image: 'sweep.image' } },
    };
    await save('axis', { ...SMALLER, nodes, inputs: { axis: { to: ['sweep.x'] } } });

    const { status, body } = await server.ask('POST', '/api/grants', { kind: 'form', workflowName: 'axis' });

    expect([status, body.errors]).toMatchObject([422, [{ path: 'workflow.inputs.axis' }]]);
  });

  test('sees the results of its own runs and of no others', async () => {
    await save('own', SMALLER);
    const [one, two] = [
      await share({ kind: 'form', workflowName: 'own' }),
      await share({ kind: 'form', workflowName: 'own' }),
    ];
    const run = (await one.ask('POST', '/runs', { inputs: {} })).body;
    const mine = (await server.ask('POST', '/api/workflows/own/runs', {})).body;
    const ended = await untilEnded(server, run.id);
    await untilEnded(server, mine.id);
    const ofMine = (await server.ask('GET', `/api/runs/${mine.id}`)).body.outputs[0].id;

    const statuses = await Promise.all([
      one.ask('GET', `/runs/${run.id}`),
      two.ask('GET', `/runs/${run.id}`),
      two.ask('POST', `/runs/${run.id}/cancel`),
      two.ask('GET', `/outputs/${ended.outputs[0].id}`),
      one.ask('GET', `/runs/${mine.id}`),
      one.ask('GET', `/outputs/${ofMine}`),
      server.ask('GET', `/api/shared/${one.id}/runs`, undefined, { authorization: `Bearer ${two.secret}` }),
      server.ask('GET', `/api/shared/${one.id}/runs`),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([200, 404, 404, 404, 404, 404, 401, 401]);
    expect((await one.ask('GET', '/runs')).body.runs.map(({ id }: { id: string }) => id)).toEqual([run.id]);
  });

  test('knows the runs of its visitors apart: each lists and cancels those of their own', async () => {
    await save('two visitors', SMALLER);
    const link = await share({ kind: 'form', workflowName: 'two visitors' });
    await server.ask('POST', '/api/queue/pause');
    const [anna, ben] = [link.as('the-key-of-visitor-Anna'), link.as('the-key-of-visitor-Ben')];
    const ofAnna = (await anna('POST', '/runs', { inputs: { side: 5 } })).body;
    const ofBen = (await ben('POST', '/runs', { inputs: { side: 6 } })).body;
    const ofProgram = (await link.ask('POST', '/runs', { inputs: { side: 7 } })).body;
    const listed = async (ask: SharedLink['ask']) =>
      (await ask('GET', '/runs')).body.runs.map(({ id }: { id: string }) => id);

    const lists = [await listed(anna), await listed(ben), await listed(link.ask)];
    const foreign = [
      await ben('POST', `/runs/${ofAnna.id}/cancel`),
      await link.ask('POST', `/runs/${ofAnna.id}/cancel`),
    ];
    const stateOf = async ({ id }: { id: string }) => (await link.ask('GET', `/runs/${id}`)).body.state;
    const untouched = await stateOf(ofAnna);
    const own = [await anna('POST', `/runs/${ofAnna.id}/cancel`), await ben('POST', `/runs/${ofProgram.id}/cancel`)];
    const states = [await stateOf(ofAnna), await stateOf(ofBen), await stateOf(ofProgram)];
    await server.ask('POST', '/api/queue/cancel');
    await server.ask('POST', '/api/queue/resume');

    expect(lists).toEqual([[ofAnna.id], [ofBen.id], [ofProgram.id, ofBen.id, ofAnna.id]]);
    expect([ofAnna, ofBen, ofProgram].map(({ place }) => place)).toEqual([0, 1, 2]);
    expect(foreign.map(({ status }) => status)).toEqual([404, 404]);
    expect(foreign[0]?.body.detail).toContain('was started by another visitor');
    expect([untouched, ...own.map(({ status }) => status)]).toEqual(['queued', 200, 200]);
    expect(states).toEqual(['cancelled', 'queued', 'cancelled']);
  });

  test('says what its fields are in the language of the page, unless the author has said it', async () => {
    await save('in German', {
      ...SMALLER,
      nodes: {
        ...SMALLER.nodes,
        model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
        words: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: 'a heart' } },
        others: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: 'a star' } },
      },
      inputs: {
        photo: { to: ['photo.image'], label: 'image', order: 1 },
        // As the editor writes them, in Japanese too, and as they are without a label.
        words: { to: ['words.prompt'], label: 'テキストエンコード（プロンプト） (words): プロンプト', order: 2 },
        negativePrompt: { to: ['words.negativePrompt'], order: 3 },
        prompt2: { to: ['others.prompt'], order: 4 },
        side: { to: ['resize.width', 'resize.height'], label: 'Side', help: 'In pixels.', order: 5 },
      },
    });
    const link = await share({ kind: 'form', workflowName: 'in German' });

    const german = (await link.ask('GET', '?language=de')).body.inputs;
    const opened = await plain('POST', '/api/shared', {}, { secret: link.secret, language: 'de' });
    const english = (await link.ask('GET', '')).body.inputs;

    const said = (inputs: readonly { label: string; help: string }[]) => inputs.map(({ label, help }) => [label, help]);
    expect(said(german)).toEqual([
      ['Bild', 'Das zu ladende Bild.'],
      ['Text kodieren (Prompt) (words): Prompt', expect.stringContaining('Bild')],
      ['negativer Prompt', expect.stringContaining('nicht zeigen')],
      ['Prompt 2', expect.stringContaining('Bild')],
      ['Side', 'In pixels.'],
    ]);
    expect((await opened.json()).inputs).toEqual(german);
    expect(said(english)[0]).toEqual(['image', 'The image to load.']);
  });

  test('enforces its limits: waiting runs, runs per hour, images per hour, and the size of an image', async () => {
    await save('limited', SMALLER);
    const link = await share({
      ...{ kind: 'form', workflowName: 'limited' },
      ...{ queuedRuns: 1, runsPerHour: 2, uploadsPerHour: 1, uploadMb: 0.001 },
    });
    await server.ask('POST', '/api/queue/pause');
    const first = await link.ask('POST', '/runs', { inputs: {} });
    const waiting = await link.ask('POST', '/runs', { inputs: { side: 9 } });
    await server.ask('POST', '/api/queue/resume');
    await untilEnded(server, first.body.id);
    const second = await link.ask('POST', '/runs', { inputs: { side: 10 } });
    await untilEnded(server, second.body.id);
    const third = await link.ask('POST', '/runs', { inputs: { side: 11 } });
    const large = await upload(`/api/shared/${link.id}/images`, HEART, 'large.png', link.secret);
    const roomy = await share({ kind: 'form', workflowName: 'limited', uploadsPerHour: 1 });
    const uploads = [0, 1].map(() => upload(`/api/shared/${roomy.id}/images`, PHOTO, 'a.png', roomy.secret));

    expect([first, waiting, second, third].map(({ status }) => status)).toEqual([201, 429, 201, 429]);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(third.body.detail).toMatch(/^This link allows 2 runs an hour\. Try again in \d+ minutes\.$/);
    expect([large.status, large.body.detail]).toEqual([413, expect.stringContaining('at most 1 kB')]);
    expect((await Promise.all(uploads)).map(({ status }) => status).sort()).toEqual([201, 429]);
  });
});

test('a form that could not run is not shared', async () => {
  await save('broken', { ...SMALLER, nodes: { ...SMALLER.nodes, other: { type: 'NoSuchNode' } } });

  const { status } = await server.ask('POST', '/api/grants', { kind: 'form', workflowName: 'broken' });

  expect(status).toBe(422);
});

test('an active run counts towards the runs that a form may have', async () => {
  const nodes = { sleep: { type: 'DevSleep', params: { steps: 1000, stepMs: 20 } } };
  await save('slow', { ...SMALLER, nodes, inputs: { seed: { to: ['sleep.seed'] } } });
  const link = await share({ kind: 'form', workflowName: 'slow', queuedRuns: 2 });
  const first = await link.ask('POST', '/runs', { inputs: { seed: 1 } });
  await expect.poll(async () => (await link.ask('GET', `/runs/${first.body.id}`)).body.state).toBe('running');
  const others = [2, 3, 4].map((seed) => link.ask('POST', '/runs', { inputs: { seed } }));

  const answers = await Promise.all(others);

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429]);
  expect(answers.find(({ status }) => status === 429)?.body.detail).toBe(
    'This link may have 2 of its runs waiting or running. Wait until one has finished.',
  );
  await server.ask('POST', '/api/queue/cancel');
});

describe('a link to a workflow', () => {
  test('shows its newest state with the node types and images that it uses, and runs nothing', async () => {
    await save('looked at', SMALLER);
    const link = await share({ kind: 'view', workflowName: 'looked at' });
    await save('looked at', { ...SMALLER, title: 'Later' });

    const { body } = await link.ask('GET', '');
    const run = await link.ask('POST', '/runs', { inputs: {} });
    const sent = await upload(`/api/shared/${link.id}/images`, PHOTO, 'a.png', link.secret);

    expect(body).toMatchObject({ kind: 'view', title: 'Later', workflow: { nodes: SMALLER.nodes } });
    expect(body.nodes.map(({ type }: { type: string }) => type).sort()).toEqual([
      'ImageResize',
      'LoadImage',
      'SaveImage',
    ]);
    expect([run.status, sent.status]).toEqual([404, 404]);
  });

  test.each([
    'GET /api/workflows',
    'GET /api/workflows/smaller',
    'GET /api/nodes',
    'GET /api/images',
    'GET /api/outputs',
    'GET /api/runs',
    'POST /api/runs',
    'GET /api/queue',
    'GET /api/grants',
    'GET /api/models',
  ])('opens nothing else: %s', async (route) => {
    const link = await share({ kind: 'view', workflowName: 'smaller' });
    const [method = '', path = ''] = route.split(' ');
    const body = method === 'POST' ? { workflow: SMALLER } : undefined;
    const cookie = `unclip_grant_${server.port}=${link.secret}; unclip_session_${server.port}=${link.secret}`;

    const byBearer = await server.ask(method, path, body, { authorization: `Bearer ${link.secret}` });
    const byCookie = await plain(method, path, { cookie, origin: server.origin }, body);

    expect([byBearer.status, byCookie.status]).toEqual([401, 401]);
  });
});

test('a link works in a browser with a cookie for its own address, and a change also needs an Origin', async () => {
  await save('by cookie', SMALLER);
  const link = await share({ kind: 'form', workflowName: 'by cookie' });
  const opened = await plain('POST', '/api/shared', { origin: server.origin }, { secret: link.secret });
  const set = opened.headers.get('set-cookie') ?? '';
  const cookie = set.split(';')[0] ?? '';

  const read = await plain('GET', `/api/shared/${link.id}`, { cookie });
  const without = await plain('POST', `/api/shared/${link.id}/runs`, { cookie }, { inputs: {} });
  const withOrigin = await plain(
    'POST',
    `/api/shared/${link.id}/runs`,
    { cookie, origin: server.origin },
    { inputs: {} },
  );

  expect(set).toContain(`; Path=/api/shared/${link.id}; HttpOnly; SameSite=Strict`);
  expect([opened.status, read.status, without.status, withOrigin.status]).toEqual([200, 200, 401, 201]);
});

test('a link ends when it is revoked, when its time is over, and with its workflow', async () => {
  await save('ending', SMALLER);
  const revoked = await share({ kind: 'form', workflowName: 'ending' });
  const short = await share({ kind: 'view', workflowName: 'ending', days: 1e-9 });
  const deleted = await share({ kind: 'form', workflowName: 'ending' });
  const before = await server.ask('GET', '/api/grants');
  const open = await revoked.ask('GET', '');

  const revoking = await server.ask('DELETE', `/api/grants/${revoked.id}`);
  const again = await server.ask('DELETE', `/api/grants/${revoked.id}`);
  const afterRevoking = await revoked.ask('GET', '');
  const opening = await plain('POST', '/api/shared', {}, { secret: revoked.secret });
  const afterTime = await short.ask('GET', '');
  await server.ask('DELETE', '/api/workflows/ending');
  const afterDeleting = await deleted.ask('POST', '/runs', { inputs: {} });

  expect([open.status, revoking.status, again.status]).toEqual([200, 204, 404]);
  expect([afterRevoking.status, afterRevoking.body.detail, opening.status]).toEqual([
    401,
    'This link was revoked. Ask the sender for a new one.',
    401,
  ]);
  expect([afterTime.status, afterTime.body.detail]).toEqual([
    401,
    'This link has expired. Ask the sender for a new one.',
  ]);
  expect(afterDeleting.status).toBe(401);
  expect(before.body.grants.map(({ id }: { id: string }) => id)).toEqual(
    expect.arrayContaining([revoked.id, deleted.id]),
  );
  expect((await server.ask('GET', '/api/grants')).body.grants.map(({ id }: { id: string }) => id)).not.toContain(
    deleted.id,
  );
  expect(JSON.stringify(before.body)).not.toContain(revoked.secret);
});

interface SharedLink {
  readonly id: string;
  readonly secret: string;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The same for a visitor. */
  as(visitorKey: string): SharedLink['ask'];
}

async function share(request: Readonly<Record<string, unknown>>): Promise<SharedLink> {
  const { status, body } = await server.ask('POST', '/api/grants', request);
  if (status !== 201) throw new Error(JSON.stringify(body));
  const { id, secret } = body;
  const headers = { authorization: `Bearer ${secret}` };
  const asking =
    (more: Readonly<Record<string, string>>): SharedLink['ask'] =>
    (method, path, sent) =>
      server.ask(method, `/api/shared/${id}${path}`, sent, { ...headers, ...more });
  return { id, secret, ask: asking({}), as: (visitorKey) => asking({ 'visitor-key': visitorKey }) };
}

async function save(name: string, workflow: unknown): Promise<void> {
  const { body } = await server.ask('GET', `/api/workflows/${encodeURIComponent(name)}`);
  const baseRevision = body.revision ?? 0;
  const saved = await server.ask('PUT', `/api/workflows/${encodeURIComponent(name)}`, { workflow, baseRevision });
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
}

async function upload(path: string, file: URL, name: string, secret: string): Promise<Omit<Answer, 'headers'>> {
  const form = new FormData();
  form.append('file', new Blob([readFileSync(file)], { type: 'image/png' }), name);
  const headers = { authorization: `Bearer ${secret}` };
  const answer = await fetch(server.origin + path, { method: 'POST', headers, body: form });
  return { status: answer.status, body: await answer.json() };
}

/** Without the token. */
function plain(method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown) {
  return fetch(server.origin + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
