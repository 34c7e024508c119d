import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { inLongSuite } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, type TestServer, untilEnded, workflowOf } from '../../support/test-server.js';
import { REPOSITORY } from '../../support/variations.js';

async function comfyServer(folder = tempFolder()): Promise<TestServer> {
  const server = await startTestServer(folder, {}, { comfyui: true });
  onTestFinished(() => server.close());
  return server;
}

async function upload(server: TestServer): Promise<void> {
  const form = new FormData();
  const heart = readFileSync(join(REPOSITORY, 'workflows/images/red-heart.png'));
  form.set('image', new Blob([heart], { type: 'image/png' }), 'heart.png');
  await fetch(`${server.origin}/upload/image`, { method: 'POST', body: form });
}

async function connect(server: TestServer, id: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/ws?clientId=${id}`);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const post = (server: TestServer, path: string, body: string) => fetch(server.origin + path, { method: 'POST', body });
const history = async (server: TestServer) => {
  const answer = await fetch(`${server.origin}/history`);
  return { status: answer.status, body: (await answer.json()) as Record<string, { outputs: object }> };
};

/** A prompt whose output is a node of this name. */
const promptOf = (name: string) =>
  `{"client_id": "mine", "prompt_id": "p", "prompt": {
     "1": {"class_type": "LoadImage", "inputs": {"image": "heart.png"}},
     "2": {"class_type": "ImageScale", "inputs": {"image": ["1", 0], "upscale_method": "nearest-exact", "width": 8, "height": 8, "crop": "disabled"}},
     ${JSON.stringify(name)}: {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}}}`;

describe('a prompt with a node called', () => {
  test.each(['__proto__', ...inLongSuite(['constructor'])])(
    '%s is run, reported to its client, and in the history',
    async (name) => {
      const server = await comfyServer();
      await upload(server);
      const socket = await connect(server, 'mine');
      const told: { type: string; data: { output?: object } }[] = [];
      const ended = new Promise<void>((resolve) =>
        socket.on('message', (data: Buffer) => {
          const message = JSON.parse(data.toString());
          told.push(message);
          if (message.type === 'execution_success') resolve();
        }),
      );

      expect((await post(server, '/prompt', promptOf(name))).status).toBe(200);
      await ended;

      const { status, body } = await history(server);
      expect(status).toBe(200);
      expect(Object.keys(body['p']?.outputs ?? {})).toEqual([name]);
      expect(told.filter(({ type }) => type === 'executed')).toHaveLength(1);
    },
  );
});

test('ids that are not texts delete nothing, whatever they are', async () => {
  const server = await comfyServer();
  const odd = JSON.stringify({ delete: [{ toString: 1, valueOf: 2 }, null, [], 7] });

  const answers = await Promise.all(['/history', '/queue'].map((path) => post(server, path, odd)));

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

describe('a workflow that says wrongly that it came from ComfyUI', () => {
  const origin = { promptId: 'p', clientId: 'mine', number: 1, promptText: '{}' };
  test.each<[string, object, object]>([
    ['with a prompt that is no JSON', { comfyui: { ...origin, promptText: 'this is no JSON' } }, {}],
    ...inLongSuite<[string, object, object]>([
      ['with a text for it', { comfyui: 'from elsewhere' }, { comfyui: 'a text' }],
      ['with numbers for texts', { comfyui: { ...origin, clientId: 7 } }, { comfyui: { node: { id: 3 } } }],
      ['with a node that is nothing', { comfyui: origin }, { comfyui: { node: null } }],
    ]),
    [
      'with a node of a reserved name',
      { comfyui: origin },
      { comfyui: { node: { id: '__proto__', class_type: 'x' } } },
    ],
  ])('%s runs to its end, and the history still answers', async (_, ofWorkflow, ofNode) => {
    const folder = tempFolder();
    const server = await comfyServer(folder);
    await connect(server, 'mine');
    const nodes = { sleep: { type: 'DevSleep', params: { steps: 1, stepMs: 1 }, ...ofNode } };

    const { status, body } = await server.ask('POST', '/api/runs', {
      workflow: { ...(workflowOf(nodes) as object), ...ofWorkflow },
    });

    expect(status).toBe(201);
    expect(await untilEnded(server, body.id)).toMatchObject({ state: 'succeeded' });
    expect((await history(server)).status).toBe(200);
  });
});

describe('limits for clients of ComfyUI', () => {
  test('a prompt of too many nodes is refused with their number', async () => {
    const server = await comfyServer();
    const nodes = Array.from({ length: 6000 }, (_, i) => [i, { class_type: 'PreviewImage', inputs: {} }]);

    const answer = await post(server, '/prompt', JSON.stringify({ prompt: Object.fromEntries(nodes) }));

    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain('has 6000 nodes; the limit is 5000');
  });

  test('the number of open sockets is limited, and the others are told when to retry', async () => {
    const server = await comfyServer();
    await Promise.all(Array.from({ length: 128 }, (_, i) => connect(server, `c${i}`)));

    const refused = new WebSocket(`${server.origin.replace('http', 'ws')}/ws`);
    const [, response] = await once(refused, 'unexpected-response');

    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('5');
  });

  test('properties of every JavaScript object are not classes', async () => {
    const server = await comfyServer();

    for (const name of ['constructor', '__proto__', 'toString']) {
      const answer = await fetch(`${server.origin}/object_info/${name}`);
      expect(await answer.json()).toEqual({});
    }
  });
});

test('a title of any length is shortened in lists, and complete in the workflow', async () => {
  const server = await comfyServer();
  const title = 'T'.repeat(100_000);
  const workflow = workflowOf({ sleep: { type: 'DevSleep', params: { steps: 1, stepMs: 1 } } }, title);

  const { body } = await server.ask('POST', '/api/runs', { workflow });

  expect(body.title).toBe(`${'T'.repeat(200)}…`);
  expect((await server.ask('GET', `/api/runs/${body.id}/workflow`)).body.title).toBe(title);
});
