import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientMessage, decodePreviewMessage, encodePreviewMessage, serverMessage } from '@unclip-studio/protocol';
import { ROUTES } from '@unclip-studio/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  eventsOf,
  startTestServer,
  type TestServer,
  type TestSocket,
  untilEnded,
  workflowOf,
} from '../../support/test-server.js';

// docs/PROTOCOL.md shows one example of everything, recorded here. UPDATE_DOCS=1 rewrites them.

const DOCUMENT = new URL('../../../docs/PROTOCOL.md', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('docs/PROTOCOL.md shows what the server says', async () => {
  const examples = await record();
  const document = readFileSync(DOCUMENT, 'utf8');

  const fresh = fill(document, examples);

  if (process.env['UPDATE_DOCS']) writeFileSync(DOCUMENT, fresh);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(fresh);
  const shown = [...document.matchAll(/<!-- example: ([\w-]+) -->/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual([...examples.keys()].sort());
});

const WORKFLOW = workflowOf(
  {
    number: { type: 'DevConstant', params: { value: 7 } },
    sample: { type: 'DevSleep', inputs: { value: 'number.value' }, params: { steps: 4, stepMs: 60 } },
    save: { type: 'DevSave', inputs: { value: 'sample.value' }, params: { name: 'variation' } },
  },
  'Three nodes',
);

const REMOTE_WORKER = {
  phase: 'busy',
  restarts: 0,
  device: { name: 'cuda', option: 'cuda', words: 'the GPU' },
  id: 'studio-5be0c2d4',
  host: 'studio',
  slots: 1,
  runs: ['s07tkgx9glpn'],
  startedAt: '2026-01-31T12:00:00.000Z',
  freeMemoryBytes: 12_000_000_000,
  checkpoints: [{ name: 'emoji-unclip', identity: '3f5a0c' }],
} as const;

const DOWNLOAD = {
  id: '0b7c6c3e-6f0e-4a53-9d3c-0f6f6f2c9a51',
  repository: 'sd2-community/stable-diffusion-2-1-unclip-small',
  type: 'checkpoint',
  name: 'stable-diffusion-2-1-unclip-small',
  state: 'running',
  doneBytes: 1_250_000_000,
  totalBytes: 5_100_000_000,
  file: 'unet/diffusion_pytorch_model.safetensors',
  unverified: [],
  license: { name: 'openrail++', url: 'https://huggingface.co/sd2-community/stable-diffusion-2-1-unclip-small' },
  createdAt: '2026-01-31T12:00:00.000Z',
} as const;

async function record(): Promise<ReadonlyMap<string, unknown>> {
  const examples = new Map<string, unknown>();
  const client = await server.listen();
  const say = (message: unknown) => client.socket.send(JSON.stringify(message));
  examples.set('hello', { type: 'hello', lastSeq: 1000000001 });
  examples.set('watch', { type: 'watch', previews: true, runs: ['s07tkgx9glpn'] });
  examples.set('ping', { type: 'ping' });
  say({ type: 'hello' });
  say({ type: 'watch', previews: true });
  say({ type: 'ping' });

  const start = { workflowName: 'three nodes', params: { sample: { steps: 3 } }, priority: 1 };
  examples.set('start-run', start);
  await server.ask('PUT', '/api/workflows/three%20nodes', { workflow: WORKFLOW, baseRevision: 0 });
  await server.ask('POST', '/api/queue/pause');
  const queued = await server.ask('POST', '/api/runs', start);
  examples.set('run', queued.body);
  await server.ask('POST', '/api/queue/resume');
  await untilEnded(server, queued.body.id);
  const again = await server.ask('POST', '/api/runs', start);
  await untilEnded(server, again.body.id);
  const failing = workflowOf({ crash: { type: 'DevCrash', params: { kind: 'error' } } }, 'A failing node');
  const failed = await server.ask('POST', '/api/runs', { workflow: failing });
  await untilEnded(server, failed.body.id);
  const wrong = workflowOf({ add: { type: 'DevAdd', inputs: { value: 'nobody.value' } } });
  examples.set('problem', (await server.ask('POST', '/api/runs', { workflow: wrong })).body);
  const named = { ...(WORKFLOW as object), inputs: { number: { to: ['number.value'], label: 'Which colour' } } };
  await server.ask('PUT', '/api/workflows/named', { workflow: named, baseRevision: 0 });
  examples.set('workflow-inputs', (await server.ask('GET', '/api/workflows/named/inputs')).body);
  const wrongInput = { inputs: { number: 'seven' } };
  examples.set('wrong-input', (await server.ask('POST', '/api/workflows/named/runs', wrongInput)).body);
  const conflict = { workflow: workflowOf({}), baseRevision: 0 };
  await server.ask('PUT', '/api/workflows/empty', { workflow: workflowOf({}, 'Empty'), baseRevision: 0 });
  examples.set('conflict', (await server.ask('PUT', '/api/workflows/empty', conflict)).body);
  server.events.publish({ type: 'images-changed' });
  server.events.publish({ type: 'gallery-changed' });
  const [own] = server.runs.workers();
  examples.set('workers', (await server.ask('GET', '/api/workers')).body);
  const remote = { ...REMOTE_WORKER, version: own?.version ?? '' };
  server.events.publish({ type: 'worker-changed', worker: remote });
  server.events.publish({ type: 'worker-left', id: remote.id });
  server.events.publish({ type: 'model-download-changed', download: DOWNLOAD });
  server.events.publish({ type: 'model-download-removed', id: DOWNLOAD.id });
  server.events.publish({ type: 'nodes-changed', problems: ['Plug-in mine: index.ts:1: Unexpected ";"'] });
  server.events.publish({ type: 'models-changed' });
  await client.until(() => eventsOf(client).find(({ type }) => type === 'models-changed'));

  for (const message of client.messages) expect(serverMessage.parse(message)).toEqual(message);
  for (const name of ['hello', 'watch', 'ping'])
    expect(clientMessage.parse(examples.get(name))).toEqual(examples.get(name));
  recordMessages(client, examples);
  client.socket.close();
  const second = await server.listen();
  second.socket.send('{"type":"hello"}');
  const snapshot = await second.until(() => second.messages[1]);
  expect(serverMessage.parse(snapshot)).toEqual(snapshot);
  // One of each kind is enough to show.
  examples.set('snapshot', {
    ...snapshot,
    snapshot: { ...snapshot.snapshot, recent: snapshot.snapshot.recent.slice(1, 2) },
  });
  second.socket.close();
  return examples;
}

function recordMessages(client: TestSocket, examples: Map<string, unknown>): void {
  const events = eventsOf(client);
  const types = new Set(events.map(({ type }) => type));
  for (const type of types)
    examples.set(
      type,
      events.find((event) => event.type === type),
    );
  examples.set(
    'run-changed',
    events.find((event) => event.run?.state === 'succeeded'),
  );
  examples.set(
    'nodes-started',
    events.find((event) => event.type === 'nodes-started' && event.nodes[0] === 'sample'),
  );
  examples.set(
    'status-changed',
    // The device of its models is reported once it is known, which may be after the first run began.
    events.find(({ status }) => status?.worker.phase === 'busy' && status.worker.device !== undefined),
  );
  examples.set(
    'queue-changed',
    events.find((event) => event.type === 'queue-changed' && event.order.length > 0),
  );
  const saved = events.find(({ type }) => type === 'workflows-changed');
  examples.set('events', { type: 'events', events: [saved, { type: 'images-changed', seq: saved.seq + 1 }] });
  examples.set('welcome', client.messages[0]);
  examples.set(
    'pong',
    client.messages.find(({ type }) => type === 'pong'),
  );
  const frame = client.frames.map(decodePreviewMessage).find((preview) => preview !== undefined);
  expect(frame).toMatchObject({ node: 'sample', mime: 'image/jpeg' });
  const shown = {
    ...frame,
    runId: 's07tkgx9glpn',
    node: 'sample',
    step: 2,
    steps: 3,
    widthPx: 16,
    heightPx: 16,
  } as const;
  const bytes = encodePreviewMessage({
    ...shown,
    mime: 'image/jpeg',
    bytes: (frame?.bytes ?? new Uint8Array()).subarray(0, 4),
  });
  examples.set('preview-header', Buffer.from(bytes).toString('hex').replace(/(..)/g, '$1 ').trim());
}

/** Puts each example behind its mark, in place of what stands there. */
function fill(document: string, examples: ReadonlyMap<string, unknown>): string {
  const withoutOld = document.replace(/(<!-- example: [\w-]+ -->)\n```\w*\n[\s\S]*?\n```\n/g, '$1\n');
  return withoutOld
    .replace(/<!-- example: ([\w-]+) -->\n/g, (mark, name: string) => {
      const example = examples.get(name);
      const text = typeof example === 'string' ? example : JSON.stringify(steady(example), null, 2);
      return `${mark}\`\`\`${typeof example === 'string' ? 'text' : 'json'}\n${text}\n\`\`\`\n`;
    })
    .replace(/<!-- endpoints -->\n(\n?\|.*\n)*/, `<!-- endpoints -->\n\n${endpoints()}`);
}

function endpoints(): string {
  const rows = [...ROUTES]
    .sort((left, right) => left.path.localeCompare(right.path, 'en') || left.method.localeCompare(right.method, 'en'))
    .map(({ method, path, summary }) => `| ${method.toUpperCase()} | \`${path}\` | ${summary} |\n`);
  return `| method | path | what it does |\n| --- | --- | --- |\n${rows.join('')}`;
}

/** Replaces what differs from run to run by what is always the same. */
function steady(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => steady(item, key));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, part]) => [
      name,
      steady(part, key === 'durationsMs' ? 'durationMs' : name),
    ]);
    return Object.fromEntries(entries);
  }
  if (key === 'seq') return 1000000042;
  if (key === 'pid') return 4321;
  if (key === 'durationMs') return 12.5;
  if (key === 'step') return 2;
  if (key === 'sizeBytes') return 331;
  if (typeof value !== 'string') return value;
  if (key === 'sha256') return '4c11010cad82036c1b775b4615278758d2e18dd02c175f96533edd6ddff02b71';
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return '2026-01-31T12:00:00.000Z';
  if (key === 'host' || value === 'own' || value === REMOTE_WORKER.id) return key === 'host' ? 'studio' : value;
  if (value === DOWNLOAD.id) return value;
  if (key === 'id' && value.includes('.')) return `s07tkgx9glpn.${value.split('.').slice(1).join('.')}`;
  return ['id', 'runId', 'running', 'order', 'retryOf'].includes(key) ? 's07tkgx9glpn' : value;
}
