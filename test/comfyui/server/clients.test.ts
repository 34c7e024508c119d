import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@stable-canvas/comfyui-client';
import { comfyUiMapping, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, insertPngText, validateWorkflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { decodeImage, readImageText } from '@unclip-studio/server';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { examplePrompt as prompt } from '../../support/comfyui-example.js';
import { longTest } from '../../support/long-suite.js';
import { sharedTestServer } from '../../support/shared-server.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';
import { REPOSITORY } from '../../support/variations.js';

const CATALOG = createCatalog(unclipNodes);
const HEART = readFileSync(join(REPOSITORY, 'workflows/images/red-heart.png'));

const sharedServer = sharedTestServer({ comfyui: true });

async function comfyServer(config: object = {}): Promise<TestServer> {
  const server = await startTestServer(tempFolder(), {}, { comfyui: true, ...config });
  onTestFinished(() => server.close());
  return server;
}

async function upload(server: TestServer): Promise<string> {
  const form = new FormData();
  form.set('image', new Blob([HEART], { type: 'image/png' }), 'heart.png');
  form.set('overwrite', 'true');
  form.set('type', 'input');
  const answer = await fetch(`${server.origin}/upload/image`, { method: 'POST', body: form });
  return ((await answer.json()) as { name: string }).name;
}

const post = (server: TestServer, path: string, body: unknown) =>
  fetch(server.origin + path, { method: 'POST', body: JSON.stringify(body) });

test('a rejected upload takes no name, neither a new one nor that of another image', async () => {
  const server = await sharedServer();
  await upload(server);
  const send = async (bytes: Buffer, name: string, overwrite: string) => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    form.set('overwrite', overwrite);
    const answer = await fetch(`${server.origin}/upload/image`, { method: 'POST', body: form });
    return { status: answer.status, body: (await answer.json()) as { name: string } };
  };
  const broken = HEART.subarray(0, 90);

  const over = await send(broken, 'heart.png', 'true');
  const fresh = await send(broken, 'fresh.png', 'false');
  const view = await fetch(`${server.origin}/view?filename=heart.png&type=input`);
  const taken = await send(HEART, 'fresh.png', 'false');

  expect([over.status, fresh.status]).toEqual([422, 422]);
  expect(Buffer.from(await view.arrayBuffer()).equals(HEART)).toBe(true);
  expect([taken.status, taken.body.name]).toEqual([200, 'fresh.png']);
  // A client takes a name that is not offered for a missing image, also one of two that the same bytes have.
  const info = (await (await fetch(`${server.origin}/object_info/LoadImage`)).json()) as {
    readonly LoadImage: { readonly input: { readonly required: { readonly image: readonly [readonly string[]] } } };
  };
  expect([...info.LoadImage.input.required.image[0]].sort()).toEqual(['fresh.png', 'heart.png']);
});

test('a field that is given twice is refused, in addresses and in forms', async () => {
  const server = await sharedServer();
  const form = new FormData();
  form.set('image', new Blob([HEART], { type: 'image/png' }), 'heart.png');
  for (const name of ['a', 'b']) form.append('subfolder', name);
  const answers = await Promise.all([
    ...['/view?filename=a&filename=b', '/view?filename=a&type=input&subfolder=x&subfolder=y'].map((path) =>
      fetch(server.origin + path),
    ),
    fetch(`${server.origin}/history?max_items=1&max_items=2`),
    fetch(`${server.origin}/upload/image`, { method: 'POST', body: form }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  expect(await answers[0]?.json()).toMatchObject({ detail: '"filename" was given more than once. Give it once.' });
});

test('an existing client from npm uploads, queues, watches and fetches, without knowing that this is another server', async () => {
  const server = await sharedServer();
  const client = new Client({
    api_host: new URL(server.origin).host,
    api_base: '',
    sessionName: '',
    WebSocket: WebSocket as never,
    fetch,
  } as never);
  client.connect();
  onTestFinished(() => client.close());
  const progress: number[] = [];
  client.on('progress', ({ value }) => void progress.push(value));
  const image = await upload(server);

  const result = await client.enqueue(prompt(image) as never);

  expect(image).toBe('heart.png');
  // That client returns previews among the images; those stored on the server have an address.
  const [first, ...more] = result.images.flatMap((one) => (one.type === 'url' ? [one.data] : []));
  expect(more).toEqual([]);
  expect((await fetch(first ?? '')).headers.get('content-type')).toBe('image/png');
  expect(progress.at(-1)).toBe(4);
  expect(await client.getSDModels()).toContain('emoji-unclip');
  expect(await client.getSamplers()).toContain('uni_pc_bh2');
  const { Running, Pending } = await client.getQueue();
  expect([Running, Pending]).toEqual([[], []]);
});

test('a checkpoint that is nowhere is refused at once, in ComfyUI’s words, unless nothing needs it', async () => {
  const server = await sharedServer();
  const image = await upload(server);
  const loader = (name: string) => ({ class_type: 'unCLIPCheckpointLoader', inputs: { ckpt_name: name } });

  const refused = await post(server, '/prompt', { prompt: { ...prompt(image), '32': loader('sdxl.safetensors') } });
  const taken = await post(server, '/prompt', {
    prompt: { ...prompt(image, { steps: 1 }), '50': loader('sdxl.safetensors') },
  });

  const { error, node_errors: nodes } = (await refused.json()) as {
    readonly error: { readonly type: string };
    readonly node_errors: Readonly<Record<string, { readonly class_type: string; readonly errors: readonly object[] }>>;
  };
  expect([refused.status, error.type, Object.keys(nodes)]).toEqual([400, 'prompt_outputs_failed_validation', ['32']]);
  expect(nodes['32']).toMatchObject({
    class_type: 'unCLIPCheckpointLoader',
    errors: [
      { type: 'value_not_in_list', details: expect.stringMatching(/there is no checkpoint "sdxl.*emoji-unclip/) },
    ],
  });
  expect(taken.status).toBe(200);
});

describe('images that clients send', () => {
  const STAR = readFileSync(join(REPOSITORY, 'workflows/images/blue-star.png'));
  const sendTo = async (
    { origin }: TestServer,
    path: string,
    [bytes, fields, name = 'input.png']: readonly [Buffer, Readonly<Record<string, string>>, (string | undefined)?],
  ) => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    return fetch(origin + path, { method: 'POST', body: form });
  };
  const send = async (
    server: TestServer,
    bytes: Buffer,
    { name, ...fields }: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => (await sendTo(server, '/upload/image', [bytes, fields, name])).json();
  const view = async (server: TestServer, query: Readonly<Record<string, string>>) =>
    Buffer.from(await (await fetch(`${server.origin}/view?${new URLSearchParams(query)}`)).arrayBuffer());

  test('get the names that ComfyUI gives: another number for another image, unless it replaces the one before', async () => {
    const server = await sharedServer();

    expect(await send(server, HEART)).toEqual({ name: 'input.png', subfolder: '', type: 'input' });
    expect(await send(server, HEART)).toMatchObject({ name: 'input.png' });
    expect(await send(server, STAR)).toMatchObject({ name: 'input (1).png' });
    expect(await view(server, { filename: 'input.png', type: 'input' })).toEqual(HEART);
    expect(await view(server, { filename: 'input (1).png', type: 'input' })).toEqual(STAR);
    expect(await send(server, STAR, { overwrite: 'true' })).toMatchObject({ name: 'input.png' });
    expect(await view(server, { filename: 'input.png', type: 'input' })).toEqual(STAR);
  });

  test('are shown in the form that a page asks for: without transparency, as that alone, or as a smaller file', async () => {
    const server = await sharedServer();
    const pixels = Buffer.from([200, 100, 50, 255, 10, 20, 30, 64]);
    const raw = sharp(pixels, { raw: { width: 2, height: 1, channels: 4 } });
    await send(server, await raw.clone().png().toBuffer());
    const shown = async (query: Readonly<Record<string, string>>) => {
      const path = `/view?${new URLSearchParams({ filename: 'input.png', type: 'input', ...query })}`;
      const answer = await fetch(server.origin + path);
      const image = sharp(Buffer.from(await answer.arrayBuffer()));
      const { format, channels } = await image.metadata();
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `image/${format}`]);
      return { format, channels, pixels: [...(await image.raw().toBuffer())] };
    };

    expect(await shown({ channel: 'rgb' })).toEqual({ format: 'png', channels: 3, pixels: [200, 100, 50, 10, 20, 30] });
    expect(await shown({ channel: 'a' })).toEqual({ format: 'png', channels: 4, pixels: [0, 0, 0, 255, 0, 0, 0, 64] });
    expect(await shown({ channel: 'rgba' })).toEqual({ format: 'png', channels: 4, pixels: [...pixels] });
    const webp = { format: 'webp', channels: 4 };
    expect(await shown({ preview: 'webp;90' })).toMatchObject(webp);
    // Formats without transparency, and invalid formats of previews.
    for (const query of [{ preview: 'jpeg;50', channel: 'rgba' }, { preview: 'tiff' }])
      expect(await shown(query as never)).toMatchObject(webp);
    expect(await shown({ preview: 'webp', channel: 'rgb' })).toMatchObject({ format: 'webp', channels: 3 });
    expect(await shown({ preview: 'jpeg;50' })).toMatchObject({ format: 'jpeg', channels: 3 });
  });

  test('may lie in folders, which no path leaves, and are found there by prompts', async () => {
    const server = await sharedServer();
    await send(server, HEART);

    const sent = await send(server, STAR, { subfolder: './more/../pics/' });

    expect(sent).toEqual({ name: 'input.png', subfolder: 'pics', type: 'input' });
    // Paths that lead out of the folder, and things that are not folders.
    for (const subfolder of ['../pics', 'a/../..', '/pics', '..\\pics']) {
      expect(await send(server, STAR, { subfolder })).toMatchObject({ status: 400 });
      const asked = `${server.origin}/view?${new URLSearchParams({ filename: 'input.png', subfolder, type: 'input' })}`;
      expect((await fetch(asked)).status).toBe(400);
    }
    expect(await send(server, STAR, { type: 'weird' })).toMatchObject({ status: 400 });
    const odd = ['filename=input.png&type=weird', 'filename=../input.png&type=input'];
    for (const query of odd) expect((await fetch(`${server.origin}/view?${query}`)).status).toBe(400);
    expect(await view(server, { filename: 'input.png', subfolder: 'pics', type: 'input' })).toEqual(STAR);
    expect(await view(server, { filename: 'input.png', type: 'input' })).toEqual(HEART);
    await post(server, '/prompt', { prompt: prompt('pics/input.png', { steps: 1 }), prompt_id: 'in-folder' });
    await post(server, '/prompt', { prompt: prompt('input.png', { steps: 1 }), prompt_id: 'beside' });
    await ended(server, 'beside');
    const images = await Promise.all(
      ['in-folder', 'beside'].map(async (id) => {
        const history = (await (await fetch(`${server.origin}/history/${id}`)).json()) as History;
        return view(server, history[id]?.outputs['9']?.images[0] as never);
      }),
    );
    expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(false);
  });

  test('are never confused: a folder, a computer and ComfyUI’s output and temp folders count', async () => {
    const server = await sharedServer();
    await send(server, HEART);
    await send(server, STAR, { type: 'temp' });
    const copy = (image: string) => ({
      '34': { class_type: 'LoadImage', inputs: { image } },
      '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'copy', images: ['34', 0] } },
    });
    const imageOf = async (image: string) => {
      const answer = await post(server, '/prompt', { prompt: copy(image) });
      if (answer.status !== 200) return answer.status;
      const { prompt_id: id } = (await answer.json()) as { readonly prompt_id: string };
      await ended(server, id);
      const history = (await (await fetch(`${server.origin}/history/${id}`)).json()) as History;
      return history[id]?.outputs['9']?.images[0] as { readonly filename: string };
    };
    const pixels = async (file: Awaited<ReturnType<typeof imageOf>>) =>
      (await decodeImage(await view(server, file as never), 'copy')).data;

    const elsewhere = ['s9/input.png', 'https://example.com/input.png', 'C:\\pics\\input.png', 'input.png [output]'];
    expect(await Promise.all(elsewhere.map(imageOf))).toEqual([400, 400, 400, 400]);
    const away = await fetch(`${server.origin}/view?filename=input.png&subfolder=s9&type=input`);
    expect(away.status).toBe(404);
    expect(await view(server, { filename: 'input.png', type: 'temp' })).toEqual(STAR);
    expect(await view(server, { filename: 'input.png', type: 'input' })).toEqual(HEART);
    const { LoadImage: info } = (await (await fetch(`${server.origin}/object_info/LoadImage`)).json()) as {
      readonly LoadImage: ClassInfo;
    };
    expect(info.input.required['image']?.[0]).toEqual(['input.png']);
    const heart = await imageOf('./input.png [input]');
    expect(await pixels(heart)).toEqual((await decodeImage(HEART, 'heart')).data);
    expect(await pixels(await imageOf('input.png [temp]'))).toEqual((await decodeImage(STAR, 'star')).data);
    // What one prompt made, another one takes up.
    const { filename } = heart as { readonly filename: string };
    expect(await pixels(await imageOf(`${filename} [output]`))).toEqual(await pixels(heart));
    expect(await imageOf(filename)).toBe(400);
    // The image that a run made, with a mask.
    const { width, height } = await decodeImage(HEART, 'heart');
    const black = { r: 0, g: 0, b: 0, alpha: 0.5 };
    const mask = await sharp({ create: { width, height, channels: 4, background: black } })
      .png()
      .toBuffer();
    const original = JSON.stringify({ filename, type: 'output' });
    const masked = await sendTo(server, '/upload/mask', [mask, { original_ref: original }, 'masked.png']);
    expect(masked.status).toBe(200);
    // Not toEqual: to print how two images differ takes minutes.
    const [copied, made] = [await pixels(await imageOf('masked.png')), await pixels(heart)];
    expect(Buffer.compare(copied, made)).toBe(0);
  });

  test('are found in their own folder only, whatever characters are in other names, and each is offered once', async () => {
    const server = await sharedServer();
    const shown = async (query: Readonly<Record<string, string>>) =>
      (await fetch(`${server.origin}/view?${new URLSearchParams({ type: 'input', ...query })}`)).status;
    await send(server, HEART, { name: 'k9-pic.png' });
    await send(server, HEART, { name: 'w.png', subfolder: 'q' });

    expect([await shown({ filename: 'k9/pic.png' }), await shown({ filename: 'pic.png', subfolder: 'k9' })]).toEqual([
      404, 404,
    ]);
    expect(await shown({ filename: 'q-w.png' })).toBe(404);
    const graph = (image: string) => ({
      '1': { class_type: 'LoadImage', inputs: { image } },
      '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    });
    for (const image of ['k9/pic.png', 'q-w.png'])
      expect((await post(server, '/prompt', { prompt: graph(image) })).status).toBe(400);
    expect(await send(server, STAR, { name: 'q-w.png' })).toMatchObject({ name: 'q-w.png' });
    expect(await view(server, { filename: 'w.png', subfolder: 'q', type: 'input' })).toEqual(HEART);
    expect(await view(server, { filename: 'q-w.png', type: 'input' })).toEqual(STAR);
    // The folder output has uploads as well; a name that reads as a folder is not offered, since it leads to that.
    expect(await send(server, STAR, { type: 'output' })).toMatchObject({ name: 'input.png', type: 'output' });
    expect(await view(server, { filename: 'input.png' })).toEqual(STAR);
    expect((await post(server, '/prompt', { prompt: graph('input.png [output]') })).status).toBe(200);
    await send(server, HEART, { name: 'v.png [output]' });
    await send(server, STAR, { name: 'k9-pic.png', overwrite: 'true' });
    const { LoadImage: info } = (await (await fetch(`${server.origin}/object_info/LoadImage`)).json()) as {
      readonly LoadImage: ClassInfo;
    };
    expect(info.input.required['image']?.[0]).toEqual(['k9-pic.png', 'q-w.png', 'q/w.png']);
  });

  test('get the transparency that a mask editor sends, and keep their colours and texts', async () => {
    const server = await sharedServer();
    const encode = (pixels: readonly number[], channels: 3 | 4) =>
      sharp(Buffer.from(pixels), { raw: { width: 2, height: 1, channels } })
        .png()
        .toBuffer();
    const text = { prompt: '{"1":{}}', 'unclip-receipt': '{}' };
    const colours = Buffer.from(insertPngText(await encode([200, 100, 50, 10, 20, 30], 3), text));
    const mask = await encode([0, 0, 0, 255, 0, 0, 0, 64], 4);
    const apply = (original?: object, bytes = mask) =>
      sendTo(server, '/upload/mask', [
        bytes,
        { subfolder: 'clipspace', overwrite: 'true', ...(original && { original_ref: JSON.stringify(original) }) },
        'masked.png',
      ]);
    const masked = async () => view(server, { filename: 'masked.png', subfolder: 'clipspace', type: 'input' });

    for (const type of ['input', 'temp', 'output']) {
      const name = `${type}.png`;
      await send(server, colours, { name, type });
      for (const original of [
        { filename: name, type },
        { filename: `${name} [${type}]`, subfolder: '' },
      ]) {
        await send(server, HEART, { name: 'masked.png', subfolder: 'clipspace', overwrite: 'true' });
        const answer = await apply(original);
        expect([answer.status, await answer.json()]).toEqual([
          200,
          { name: 'masked.png', subfolder: 'clipspace', type: 'input' },
        ]);
        const image = await masked();
        expect([...(await sharp(image).raw().toBuffer())]).toEqual([200, 100, 50, 255, 10, 20, 30, 64]);
        expect([...readImageText(image)]).toEqual([['prompt', '{"1":{}}']]);
      }
    }
    const kept = await masked();
    const refused = await Promise.all([
      apply(),
      apply({ type: 'input' }),
      apply({ filename: '../input.png', type: 'input' }),
      apply({ filename: 'nothere.png', type: 'input' }),
      apply({ filename: 'input.png', type: 'input' }, HEART),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 404, 422]);
    expect(await masked()).toEqual(kept);
  });

  longTest('that are the same under two names are found by both, also over a restart', async () => {
    const folder = tempFolder();
    const first = await startTestServer(folder, {}, { comfyui: true });
    await send(first, HEART);
    await send(first, HEART, { subfolder: 'again' });
    await first.close();
    const server = await startTestServer(folder, {}, { comfyui: true });
    onTestFinished(() => server.close());
    const mixed = {
      ...prompt('input.png', { steps: 1 }),
      '40': { class_type: 'LoadImage', inputs: { image: 'again/input.png' } },
    };
    const preview = { '41': { class_type: 'PreviewImage', inputs: { images: ['40', 0] } } };

    const answer = await post(server, '/prompt', { prompt: { ...mixed, ...preview }, prompt_id: 'both' });

    expect([answer.status, await answer.json()]).toMatchObject([200, { node_errors: {} }]);
    await ended(server, 'both');
    const history = (await (await fetch(`${server.origin}/history/both`)).json()) as History;
    expect(history['both']?.status.completed).toBe(true);
  });
});

test('a client that wants its images through the socket gets them as PNGs, and half-done ones only if it likes', async () => {
  const server = await sharedServer();
  const image = await upload(server);
  const listener = await listen(server, 'mine');
  const graph = {
    ...prompt(image, { steps: 6 }),
    '9': { class_type: 'SaveImageWebsocket', inputs: { images: ['8', 0] } },
  };

  await post(server, '/prompt', { prompt: graph, client_id: 'mine', extra_data: { preview_method: 'none' } });
  await listener.until((types) => types.includes('execution_success'));

  expect(listener.frames).toHaveLength(1);
  const [frame = Buffer.alloc(0)] = listener.frames;
  expect([...frame.subarray(0, 12)]).toEqual([0, 0, 0, 1, 0, 0, 0, 2, 0x89, 0x50, 0x4e, 0x47]);
});

longTest('with --no-comfyui-previews no half-done image is sent', async () => {
  const server = await comfyServer({ comfyuiPreviews: false });
  const image = await upload(server);
  const listener = await listen(server, 'mine');

  await post(server, '/prompt', { prompt: prompt(image, { steps: 6 }), client_id: 'mine' });
  await listener.until((types) => types.includes('execution_success'));

  expect(listener.frames).toEqual([]);
});

describe('what happens to a prompt', () => {
  test('is told to the client that sent it, in ComfyUI’s order, with images on the way, and to nobody else', async () => {
    const server = await comfyServer();
    const image = await upload(server);
    const mine = await listen(server, 'mine');
    const other = await listen(server, 'other');

    const answer = await post(server, '/prompt', {
      prompt: prompt(image, { steps: 12 }),
      client_id: 'mine',
      prompt_id: 'my-own-id',
    });
    await mine.until((types) => types.at(-1) === 'executing' && types.includes('execution_success'));

    expect(await answer.json()).toEqual({ prompt_id: 'my-own-id', number: 1, node_errors: {} });
    const types = mine.messages.map(({ type }) => type);
    const order = [
      'status',
      'execution_start',
      'execution_cached',
      'executing',
      'progress',
      'executed',
      'execution_success',
    ];
    const places = order.map((type) => types.indexOf(type));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
    const sampled = mine.messages.filter(({ type }) => type === 'progress').map(({ data }) => [data.node, data.max]);
    expect(new Set(sampled.map(String))).toEqual(new Set(['3,12']));
    const ends = mine.messages.filter(({ type, data }) => type === 'executing' && data.node === null);
    expect(ends).toHaveLength(1);
    // When it was queued, though a worker has it at once, when it began, and at its end; the first one answers the connection.
    const left = mine.messages.flatMap(({ data }) => data.status?.exec_info.queue_remaining ?? []);
    expect(left).toEqual([0, 1, 1, 0]);
    expect(types.filter((type) => type === 'execution_cached')).toHaveLength(1);
    const ending = mine.messages.slice(-3).map(({ type, data }) => [type, Object.keys(data).sort()]);
    expect(ending).toEqual([
      ['execution_success', ['prompt_id', 'timestamp']],
      ['status', ['status']],
      ['executing', ['node', 'prompt_id']],
    ]);
    // An image is reported before its node has ended, and each state with those of the nodes before.
    const ofSaving = mine.messages.flatMap(({ type, data }) =>
      type === 'progress_state'
        ? Object.values(data.nodes as Record<string, { node_id: string; state: string }>).flatMap((node) =>
            node.node_id === '9' ? [node.state] : [],
          )
        : data.node === '9'
          ? [type]
          : [],
    );
    expect(ofSaving).toEqual(['running', 'executing', 'executed', 'finished']);
    const { data: last } = mine.messages.findLast(({ type }) => type === 'progress_state') ?? { data: { nodes: {} } };
    expect(last.nodes).toMatchObject({
      3: { value: 12, max: 12, state: 'finished', display_node_id: '3', parent_node_id: null, real_node_id: '3' },
      8: { state: 'finished', prompt_id: 'my-own-id' },
      9: { value: 1, max: 1, state: 'finished', node_id: '9' },
    });
    // A JPEG, after the two numbers that announce it.
    expect(mine.frames.length).toBeGreaterThan(0);
    expect([...(mine.frames[0] ?? Buffer.alloc(0)).subarray(0, 10)]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8]);
    expect(new Set(other.messages.map(({ type }) => type))).toEqual(new Set(['status']));
    expect(other.frames).toEqual([]);
  });

  test('names each of its nodes as executed or as cached, also those that are settings of others here', async () => {
    const server = await comfyServer();
    const image = await upload(server);
    const listener = await listen(server, 'mine');
    const graph = {
      ...prompt(image, { steps: 1 }),
      '40': { class_type: 'MaskToImage', inputs: { mask: ['34', 1] } },
      '41': { class_type: 'PreviewImage', inputs: { images: ['40', 0] } },
    };
    const again = { ...graph, '3': { ...graph['3'], inputs: { ...graph['3']?.inputs, seed: 9 } } };

    await post(server, '/prompt', { prompt: graph, client_id: 'mine' });
    await listener.until((types) => types.includes('execution_success'));
    const first = listener.messages.splice(0);
    await post(server, '/prompt', { prompt: again, client_id: 'mine', prompt_id: 'again' });
    await listener.until((types) => types.includes('execution_success'));

    const executing = (messages: typeof first) =>
      messages.flatMap(({ type, data }) => (type === 'executing' && data.node !== null ? [data.node as string] : []));
    const all = Object.keys(graph).sort();
    expect([...new Set(executing(first))].sort()).toEqual(all);
    const order = executing(first);
    expect(order.indexOf('5')).toBeLessThan(order.indexOf('3'));
    const cached = listener.messages.flatMap(({ type, data }) =>
      type === 'execution_cached' ? (data.nodes as string[]) : [],
    );
    expect(cached).toEqual([...new Set(cached)]);
    expect(cached).toEqual(expect.arrayContaining(['6', '7', '34']));
    // One that did not run again, and with it nothing that is a part of it.
    expect(cached).not.toContain('5');
    expect([...new Set([...cached, ...executing(listener.messages)])].sort()).toEqual(all);
    const history = (await (await fetch(`${server.origin}/history/again`)).json()) as History;
    expect(history['again']?.status.messages[1]).toMatchObject([
      'execution_cached',
      { nodes: expect.arrayContaining(cached) },
    ]);
  });

  test('has the number that it was sent with, as Python reads it, or the next one, and its own id', async () => {
    const server = await comfyServer();
    const image = await upload(server);
    const graph = {
      '1': { class_type: 'LoadImage', inputs: { image } },
      '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    };
    const send = async (rest: object) => {
      const answer = await post(server, '/prompt', { prompt: graph, ...rest });
      return answer.status === 200 ? ((await answer.json()) as { number: number; prompt_id: string }) : answer.status;
    };

    expect(await send({ number: 1e300 })).toMatchObject({ number: 1e300 });
    expect(await send({ number: '3' })).toMatchObject({ number: 3 });
    expect(await send({ prompt_id: 5 })).toMatchObject({ number: 1, prompt_id: '5' });
    expect(await send({ front: 'yes' })).toMatchObject({ number: -2 });
    expect(await send({ front: [] })).toMatchObject({ number: 3 });
    expect([await send({ number: 'x' }), await send({ number: [] }), await send({ number: '' })]).toEqual([
      400, 400, 400,
    ]);
    expect(await send({})).toMatchObject({ number: 4 });
  });

  test('is kept in the history, also over a restart, and its image can be fetched', async () => {
    const folder = tempFolder();
    const first = await startTestServer(folder, {}, { comfyui: true });
    const image = await upload(first);
    await post(first, '/prompt', { prompt: prompt(image), prompt_id: 'kept', number: 1e300 });
    await ended(first, 'kept');
    await first.close();
    const server = await startTestServer(folder, {}, { comfyui: true });
    onTestFinished(() => server.close());

    const history = (await (await fetch(`${server.origin}/history/kept`)).json()) as History;

    const entry = history['kept'];
    expect(entry?.status).toMatchObject({ status_str: 'success', completed: true });
    expect(entry?.prompt[2]).toEqual(prompt(image));
    const [file] = entry?.outputs['9']?.images ?? [];
    const viewed = await fetch(`${server.origin}/view?${new URLSearchParams(file as never)}`);
    expect([viewed.status, viewed.headers.get('content-type')]).toEqual([200, 'image/png']);
    await post(server, '/history', { delete: ['kept'] });
    expect(await (await fetch(`${server.origin}/history`)).json()).toEqual({});
    // What a client chose is not counted, then and later.
    const next = await post(server, '/prompt', { prompt: prompt(image) });
    expect(await next.json()).toMatchObject({ number: 1 });
  });

  test('can be called off while it waits and while it runs', async () => {
    const server = await comfyServer();
    const image = await upload(server);
    const listener = await listen(server, 'mine');
    await post(server, '/prompt', { prompt: prompt(image, { steps: 900 }), client_id: 'mine', prompt_id: 'long' });
    await post(server, '/prompt', { prompt: prompt(image, { seed: 9 }), client_id: 'mine', prompt_id: 'waiting' });
    await listener.until((types) => types.includes('progress'));
    const queue = (await (await fetch(`${server.origin}/queue`)).json()) as Record<string, unknown[][]>;

    await post(server, '/queue', { delete: ['waiting'] });
    await post(server, '/interrupt', {});
    await listener.until((types) => types.at(-1) === 'executing' && types.includes('execution_interrupted'));

    expect([queue['queue_running']?.[0]?.[1], queue['queue_pending']?.[0]?.[1]]).toEqual(['long', 'waiting']);
    // Nothing ends for a page that shows the one that runs.
    const ends = listener.messages.filter(({ type, data }) => type === 'execution_interrupted' || data.node === null);
    expect(ends.map(({ type, data }) => [type, data.prompt_id])).toEqual([
      ['execution_interrupted', 'long'],
      ['executing', 'long'],
    ]);
    expect(ends[0]?.data).toMatchObject({
      node_id: '3',
      node_type: 'KSampler',
      executed: expect.arrayContaining(['6']),
    });
    const history = (await (await fetch(`${server.origin}/history`)).json()) as History;
    const told = Object.entries(history).map(([id, { status }]) => [
      id,
      status.status_str,
      status.completed,
      status.messages.map(([type]) => type),
    ]);
    expect(told.toSorted()).toEqual([
      ['long', 'error', false, ['execution_start', 'execution_cached', 'execution_interrupted']],
      ['waiting', 'error', false, ['execution_interrupted']],
    ]);
    expect(history['long']?.status.messages.at(-1)?.[1]).toMatchObject({ node_id: '3', node_type: 'KSampler' });
    const { jobs } = (await (await fetch(`${server.origin}/api/jobs`)).json()) as { jobs: { status: string }[] };
    expect(jobs.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  });
});

/** In place of the sampler of the example; `step` is what object_info gives a new SplitSigmas. */
const CUSTOM_WITHOUT_STEPS = {
  '3': {
    class_type: 'SamplerCustomAdvanced',
    inputs: { noise: ['91', 0], guider: ['92', 0], sampler: ['93', 0], sigmas: ['94', 0], latent_image: ['5', 0] },
  },
  '91': { class_type: 'RandomNoise', inputs: { noise_seed: 1 } },
  '92': { class_type: 'BasicGuider', inputs: { model: ['32', 0], conditioning: ['6', 0] } },
  '93': { class_type: 'KSamplerSelect', inputs: { sampler_name: 'euler' } },
  '94': { class_type: 'SplitSigmas', inputs: { sigmas: ['95', 0], step: 0 } },
  '95': {
    class_type: 'BasicScheduler',
    inputs: { model: ['32', 0], scheduler: 'normal', steps: 2, denoise: 1 },
  },
};

describe('a prompt that cannot run', () => {
  test('is refused in ComfyUI’s form, with the reason at the node', async () => {
    const server = await sharedServer();
    const graph = { ...prompt('heart.png'), '60': { class_type: 'Upscaler', inputs: { image: ['8', 0] } } };
    const broken = { ...graph, '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['60', 0] } } };

    const missing = await post(server, '/prompt', { prompt: broken });
    const none = await post(server, '/prompt', {});
    const empty = await post(server, '/prompt', { prompt: { '6': { class_type: 'CLIPTextEncode', inputs: {} } } });

    const { error, node_errors } = (await missing.json()) as {
      error: { type: string };
      node_errors: Record<string, unknown>;
    };
    // Clients look at the error of the whole to offer what is missing.
    const unknown = {
      ...{ type: 'missing_node_type', message: "Node 'Upscaler' not found. It has no counterpart here." },
      extra_info: { node_id: '60', class_type: 'Upscaler', node_title: 'Upscaler' },
    };
    expect([missing.status, error]).toMatchObject([400, unknown]);
    expect(node_errors['60']).toMatchObject({
      class_type: 'Upscaler',
      dependent_outputs: ['9'],
      errors: [unknown],
    });
    const { '3': sampler, ...others } = prompt('heart.png') as Record<string, { inputs: object }>;
    const sampled = await post(server, '/prompt', {
      prompt: { ...others, '3': { ...sampler, class_type: 'OtherSampler' } },
    });
    const { node_errors: atSampler } = (await sampled.json()) as { node_errors: Record<string, unknown> };
    // The empty latent is a part of it.
    expect([sampled.status, Object.keys(atSampler)]).toEqual([400, ['3']]);
    // So are the nodes that configure a custom sampler, if it does not support them; the class itself is known.
    const custom = await post(server, '/prompt', { prompt: { ...others, ...CUSTOM_WITHOUT_STEPS } });
    const reason = 'SamplerCustomAdvanced: SplitSigmas leaves no step at 0 of 2.';
    expect([custom.status, await custom.json()]).toMatchObject([
      400,
      {
        error: { type: 'prompt_outputs_failed_validation', details: reason },
        node_errors: { '3': { errors: [{ type: 'custom_validation_failed', details: reason }] } },
      },
    ]);
    // A setting that such a node would compute is not left at its default.
    const seeded = { ...sampler, inputs: { ...sampler?.inputs, seed: ['91', 0] } };
    const lost = await post(server, '/prompt', {
      prompt: { ...others, '3': seeded, '91': { class_type: 'GetSeed', inputs: {} } },
    });
    expect([lost.status, await lost.json()]).toMatchObject([
      400,
      {
        error: { type: 'missing_node_type' },
        node_errors: { '91': { class_type: 'GetSeed', dependent_outputs: ['9'] } },
      },
    ]);
    expect((await none.json()) as object).toMatchObject({ error: { type: 'no_prompt' } });
    expect((await empty.json()) as object).toMatchObject({ error: { type: 'prompt_no_outputs' } });
  });

  test('is rejected if a number is invalid, each at its node, unless no output needs it', async () => {
    const server = await sharedServer();
    const good = prompt('heart.png');
    const scaled = { upscale_method: 'area', scale_by: 'half' };
    const unneeded = {
      '70': { class_type: 'ImageScaleBy', inputs: { image: ['8', 0], ...scaled } },
      '71': { class_type: 'Fancy', inputs: { images: ['70', 0] } },
    };
    const bad = {
      ...{ ...good, ...unneeded },
      '72': { class_type: 'ImageScaleBy', inputs: { image: ['8', 0], ...scaled } },
      '73': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['72', 0] } },
    };

    const onlyBad = Object.fromEntries(Object.entries(bad).filter(([id]) => id !== '9'));

    const refused = await post(server, '/prompt', { prompt: onlyBad });
    const taken = await post(server, '/prompt', { prompt: { ...good, ...unneeded } });

    const { error, node_errors } = (await refused.json()) as {
      error: { type: string; details: string };
      node_errors: Record<string, unknown>;
    };
    expect([refused.status, error.type]).toEqual([400, 'prompt_outputs_failed_validation']);
    expect(node_errors).toEqual({
      '72': {
        class_type: 'ImageScaleBy',
        dependent_outputs: ['73'],
        errors: [
          {
            type: 'invalid_input_type',
            message: 'Failed to convert an input value to a FLOAT value',
            details: 'scale_by: expected a number such as 7.5, got "half". Set it and queue the prompt again.',
            extra_info: { input_name: 'scale_by', received_value: 'half' },
          },
        ],
      },
    });
    expect([taken.status, ((await taken.json()) as { node_errors: object }).node_errors]).toEqual([200, {}]);
  });

  test('is rejected with ComfyUI’s own errors if an input is missing, not connected or out of range', async () => {
    const server = await sharedServer();
    const good = prompt('heart.png') as Record<string, { class_type: string; inputs: Record<string, unknown> }>;
    const changed = (id: string, change: object) => ({
      ...good,
      [id]: { ...good[id], inputs: { ...good[id]?.inputs, ...change } },
    });

    const errorsOf = async (body: object) => {
      const answer = await post(server, '/prompt', { prompt: body });
      const { node_errors } = (await answer.json()) as { node_errors: Record<string, unknown> };
      return [answer.status, node_errors];
    };

    expect(await errorsOf(changed('3', { steps: undefined }))).toEqual([
      400,
      {
        '3': {
          class_type: 'KSampler',
          dependent_outputs: ['9'],
          errors: [
            {
              ...{ type: 'required_input_missing', message: 'Required input is missing', details: 'steps' },
              extra_info: { input_name: 'steps' },
            },
          ],
        },
      },
    ]);
    // A node that is a part of another one here.
    expect(await errorsOf(changed('5', { width: 4096 }))).toMatchObject([
      400,
      {
        '5': {
          class_type: 'EmptyLatentImage',
          errors: [{ type: 'value_bigger_than_max', message: 'Value 4096 bigger than max of 2048' }],
        },
      },
    ]);
    expect(await errorsOf(changed('3', { negative: ['99', 0] }))).toMatchObject([
      400,
      { '3': { errors: [{ type: 'exception_during_inner_validation', extra_info: { received_value: ['99', 0] } }] } },
    ]);
    expect(await errorsOf(changed('9', { images: ['99', 0] }))).toMatchObject([
      400,
      {
        '9': {
          errors: [
            {
              type: 'exception_during_validation',
              details: 'images: KeyError: \'99\', in the link ["99",0]: there is no node "99"',
            },
          ],
        },
      },
    ]);
    // A node that reads itself.
    expect(await errorsOf(changed('3', { latent_image: ['3', 0] }))).toMatchObject([
      400,
      { '3': { errors: [{ type: 'dependency_cycle', message: 'Dependency cycle detected' }] } },
    ]);
    expect(await errorsOf(changed('3', { model: ['32'], positive: null }))).toMatchObject([
      400,
      { '3': { errors: [{ type: 'bad_linked_input' }, { type: 'required_input_missing', details: 'positive' }] } },
    ]);
    expect(await errorsOf(changed('3', { positive: ['5', 0] }))).toMatchObject([
      400,
      {
        '3': {
          errors: [
            {
              type: 'return_type_mismatch',
              details: 'positive, received_type(LATENT) mismatch input_type(CONDITIONING)',
              extra_info: { linked_node: ['5', 0], received_type: 'LATENT' },
            },
          ],
        },
      },
    ]);
    // As many as a sampler runs here, which object_info says as well.
    expect(await errorsOf(changed('3', { steps: 1001 }))).toMatchObject([
      400,
      { '3': { errors: [{ type: 'value_bigger_than_max', message: 'Value 1001 bigger than max of 1000' }] } },
    ]);
    const { KSampler: info } = (await (await fetch(`${server.origin}/object_info/KSampler`)).json()) as {
      KSampler: ClassInfo;
    };
    expect(info.input.required['steps']?.[1]).toMatchObject({ max: 1000 });
    expect(await errorsOf(changed('3', { sampler_name: 'eulr' }))).toMatchObject([
      400,
      {
        '3': {
          class_type: 'KSampler',
          errors: [
            {
              ...{
                type: 'value_not_in_list',
                details: expect.stringMatching(/^sampler_name: "eulr" not in \[euler, /),
              },
              extra_info: { received_value: 'eulr' },
            },
          ],
        },
      },
    ]);
    expect(await errorsOf(changed('3', { scheduler: 'nromal' }))).toMatchObject([
      400,
      { '3': { errors: [{ type: 'value_not_in_list', extra_info: { received_value: 'nromal' } }] } },
    ]);
  });

  test('runs the outputs that can, and answers with what is wrong with the others', async () => {
    const server = await sharedServer();
    const image = await upload(server);
    const missingImages = {
      '20': { class_type: 'LoadImage', inputs: { image: 'nothere.png' } },
      '19': { class_type: 'MaskToImage', inputs: { mask: ['20', 1] } },
      '18': { class_type: 'ImageBatch', inputs: { image1: ['20', 0], image2: ['19', 0] } },
      '21': { class_type: 'PreviewImage', inputs: { images: ['18', 0] } },
      '22': { class_type: 'LoadImageMask', inputs: { image: 'nor/this.png', channel: 'red' } },
      '23': { class_type: 'MaskToImage', inputs: { mask: ['22', 0] } },
      '24': { class_type: 'PreviewImage', inputs: { images: ['23', 0] } },
    };
    const several = {
      ...prompt(image),
      '60': { class_type: 'Upscaler', inputs: { image: ['8', 0] } },
      '61': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['60', 0] } },
      '72': { class_type: 'ImageScaleBy', inputs: { image: ['8', 0], upscale_method: 'area', scale_by: 'half' } },
      '73': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['72', 0] } },
      '80': { class_type: 'PreviewImage', inputs: { images: ['99', 0] } },
      '81': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } },
      '82': { class_type: 'VAEDecode', inputs: { samples: ['99', 0], vae: ['32', 2] } },
      '83': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['82', 0] } },
      ...missingImages,
    };

    const answer = await post(server, '/prompt', { prompt: several, prompt_id: 'several' });
    const partial = await post(server, '/prompt', { prompt: several, partial_execution_targets: ['9'] });
    const refused = await post(server, '/prompt', { prompt: missingImages });

    const invalid = (name: string) => ({
      ...{ type: 'custom_validation_failed', message: 'Custom validation failed for node' },
      details: `image - Invalid image file: ${name}`,
    });
    const imageErrors = {
      '20': { class_type: 'LoadImage', dependent_outputs: ['21'], errors: [invalid('nothere.png')] },
      '22': { class_type: 'LoadImageMask', dependent_outputs: ['24'], errors: [invalid('nor/this.png')] },
    };
    expect([refused.status, await refused.json()]).toMatchObject([400, { node_errors: imageErrors }]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      node_errors: {
        ...imageErrors,
        '60': { class_type: 'Upscaler', dependent_outputs: ['61'], errors: [{ type: 'missing_node_type' }] },
        '72': { class_type: 'ImageScaleBy', dependent_outputs: ['73'], errors: [{ type: 'invalid_input_type' }] },
        '80': { dependent_outputs: ['80'], errors: [{ type: 'exception_during_validation' }] },
        '81': { dependent_outputs: ['81'], errors: [{ type: 'required_input_missing' }] },
        '82': { dependent_outputs: ['83'], errors: [{ type: 'exception_during_inner_validation' }] },
      },
    });
    expect([partial.status, await partial.json()]).toMatchObject([200, { node_errors: {} }]);
    const history = async () => ((await (await fetch(`${server.origin}/history`)).json()) as History)['several'];
    await expect.poll(async () => (await history())?.status.completed, { timeout: 30_000 }).toBe(true);
    expect(Object.keys((await history())?.outputs ?? {})).toEqual(['9']);
  });
});

test('pages of other origins are blocked, and a server accessible to others requires its token', async () => {
  const local = await comfyServer();
  const open = await comfyServer({ host: '0.0.0.0', token: 'canary-token-0123456789-0123456789-abcdef' });
  const origin = open.origin.replace('0.0.0.0', '127.0.0.1');

  const foreign = await fetch(`${local.origin}/prompt`, { headers: { origin: 'https://evil.example' } });
  const without = await fetch(`${origin}/queue`);
  const withToken = await fetch(`${origin}/queue?token=canary-token-0123456789-0123456789-abcdef`);

  expect([foreign.status, without.status, withToken.status]).toEqual([403, 401, 200]);
  expect((await fetch(`${local.origin}/api/queue`)).status).toBe(401);
});

test('without --comfyui nothing of it is there', async () => {
  const server = await startTestServer(tempFolder());
  onTestFinished(() => server.close());

  expect((await server.ask('GET', '/object_info')).status).toBe(404);
  expect((await fetch(`${server.origin}/prompt`)).status).toBe(401);
});

test('object_info declares ranges, choices, outputs and titles as ComfyUI 0.3.64 does', async () => {
  const server = await sharedServer();
  const all = (await (await fetch(`${server.origin}/object_info`)).json()) as Record<string, ClassInfo>;
  const input = (type: string, name: string) => all[type]?.input.required[name];

  expect(input('ImageScale', 'width')?.[1]).toEqual({ default: 512, min: 0, max: 16_384, step: 1 });
  expect(input('ConditioningSetArea', 'x')?.[1]).toEqual({ default: 0, min: 0, max: 16_384, step: 8 });
  expect(input('LoraLoader', 'strength_clip')?.[1]).toMatchObject({ min: -100, max: 100 });
  expect(input('LatentUpscaleBy', 'scale_by')?.[1]).toMatchObject({ min: 0.01 });
  expect(input('KSampler', 'cfg')?.[1]).toEqual({ default: 8, min: 0, max: 100, step: 0.1, round: 0.01 });
  // The first choice is what a new node is set to.
  expect(input('KSampler', 'scheduler')?.[0][0]).toBe('simple');
  expect(all['VAEDecodeTiled']?.input_order.required).toEqual([
    ...['samples', 'vae', 'tile_size', 'overlap', 'temporal_size', 'temporal_overlap'],
  ]);
  expect(all['ControlNetApplyAdvanced']).toMatchObject({
    ...{ output: ['CONDITIONING', 'CONDITIONING'], output_name: ['positive', 'negative'] },
    display_name: 'Apply ControlNet',
  });
  expect(all['ControlNetApply']).toMatchObject({ deprecated: true, display_name: 'Apply ControlNet (OLD)' });
  expect(all['CheckpointLoaderSimple']?.display_name).toBe('Load Checkpoint');
});

test('object_info describes classes and their links with the texts of the nodes that represent them', async () => {
  const server = await sharedServer();
  const all = (await (await fetch(`${server.origin}/object_info`)).json()) as Record<string, ClassInfo>;
  const crop = unclipNodes.find(({ type }) => type === 'ImageCrop');

  expect(all['ImageCrop']).toMatchObject({
    description: crop?.description,
    input: { required: { image: ['IMAGE', { tooltip: crop?.inputs['image']?.help }] } },
    output_tooltips: [crop?.outputs['image']?.help],
  });
});

interface ClassInfo {
  readonly input: { readonly required: Readonly<Record<string, readonly [string, object?]>> };
  readonly input_order: { readonly required: readonly string[] };
  readonly display_name: string;
}

test('object_info names every class with its inputs and choices that run here, and no seed is rounded', async () => {
  const server = await sharedServer();

  const text = await (await fetch(`${server.origin}/object_info/KSampler`)).text();
  const all = (await (await fetch(`${server.origin}/api/object_info`)).json()) as Record<string, ClassInfo>;

  expect(text).toContain('18446744073709551615');
  const mapped = comfyUiMapping().filter(({ likeness }) => likeness !== 'placeholder');
  const classes = mapped.flatMap(({ theirs }) => theirs.replace(' (two)', '').split(', '));
  // Names that classes had before are read, and not offered.
  const offered = [...Object.keys(all), 'ConditioningAverage ', 'T2IAdapterLoader'];
  expect(offered.sort()).toEqual([...new Set(classes)].sort());
  expect(Object.entries(all).flatMap(([type, { input }]) => wrongChoices(type, input.required))).toEqual([]);
});

/** Choices of a class that the node here does not accept, or that have no counterpart although others have. */
function wrongChoices(type: string, inputs: ClassInfo['input']['required']): readonly string[] {
  const choices = Object.entries(inputs).flatMap(([input, [list]]) =>
    Array.isArray(list) ? [[input, list as readonly unknown[]] as const] : [],
  );
  const first = Object.fromEntries(choices.map(([input, [value = 'a-name']]) => [input, value]));
  return choices.flatMap(([input, list]) => {
    const results = list.map((value) => {
      const node = { class_type: type, inputs: { ...first, [input]: value } };
      const { workflow, report } = importComfyUi(JSON.stringify({ 1: node }));
      const wrong = validateWorkflow(workflow, CATALOG).find(({ code }) => code === 'wrong-param');
      return { value, wrong, isServed: report.nodes[0]?.likeness !== 'placeholder' };
    });
    const isServed = results.some((result) => result.isServed);
    return results.flatMap((result) =>
      result.wrong === undefined && result.isServed === isServed ? [] : [`${type} ${input}: ${result.value}`],
    );
  });
}

type History = Record<
  string,
  {
    readonly prompt: readonly unknown[];
    readonly status: {
      readonly completed: boolean;
      readonly status_str: string;
      readonly messages: readonly [string, object][];
    };
    readonly outputs: Record<string, { readonly images: readonly object[] }>;
  }
>;

async function ended(server: TestServer, promptId: string): Promise<void> {
  for (;;) {
    const history = (await (await fetch(`${server.origin}/history/${promptId}`)).json()) as History;
    if (history[promptId] !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listen({ origin }: TestServer, clientId: string) {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws?clientId=${clientId}`);
  // biome-ignore lint/suspicious/noExplicitAny: messages of all types, looked at by tests
  const messages: { type: string; data: any }[] = [];
  const frames: Buffer[] = [];
  let look = () => {};
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) frames.push(data);
    else messages.push(JSON.parse(data.toString()));
    look();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  onTestFinished(() => socket.close());
  return {
    messages,
    frames,
    until: (isSo: (types: readonly string[]) => boolean) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (isSo(messages.map(({ type }) => type))) resolve();
        };
        look();
      }),
  };
}
