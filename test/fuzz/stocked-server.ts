import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_TOKEN } from '../support/test-server.js';
import { type Answer, ask } from './ask.js';
import { ROOT } from './corpus.js';
import { type FuzzedRoute, fuzzedRoutes } from './routes.js';
import type { FromServer } from './server-process.js';

/** A server in a separate process, with saved workflows, runs, images and share links in it. */
export interface StockedServer {
  readonly pid: number;
  readonly origin: string;
  readonly routes: readonly FuzzedRoute[];
  /** Changed by {@link StockedServer.stock}. */
  readonly pools: Map<string, readonly string[]>;
  /** Grant -> its secret. */
  readonly secrets: Map<string, string>;
  /** Makes what is missing, and learns the names of what is there. */
  stock(): Promise<void>;
  /** Whether it still takes a run and finishes it. @returns what was wrong, if anything was */
  works(): Promise<string | undefined>;
  /** What JavaScript holds after a collection. */
  heapMib(): Promise<number>;
  isAlive(): boolean;
  end(): Promise<void>;
}

export interface ServerNews {
  onLog(line: string): void;
  onBlocked(ms: number): void;
}

const SCRIPT = fileURLToPath(new URL('./server-process.ts', import.meta.url));
const PATIENCE_MS = 120_000;

export async function startStockedServer(folder: string, news: ServerNews): Promise<StockedServer> {
  const execArgv = [...process.execArgv, '--expose-gc', '--max-old-space-size=1500'];
  const child = fork(SCRIPT, [folder], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ready = await readyOf(child);
  let heard: (mib: number) => void = () => {};
  child.on('message', (message: FromServer) => {
    if (message.type === 'log') news.onLog(message.line);
    if (message.type === 'blocked') news.onBlocked(message.ms);
    if (message.type === 'heap') heard(message.mib);
  });
  const { origin } = ready;
  const pools = new Map<string, readonly string[]>([
    ['timeZone', ['Europe/Berlin', 'UTC', 'Mars/Olympus']],
    ['query', ['heart', 'steps>1', 'is:starred', 'date:today', 'model:emoji-unclip', 'seed:1 -blue "a b"']],
    ['folder', ['checkpoints', 'loras']],
    ['type', ['output', 'input', 'temp']],
    ['state', ['succeeded', 'queued']],
    ['size', ['256']],
    ['token', [TEST_TOKEN]],
  ]);
  const secrets = new Map<string, string>();
  const call = async (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> => {
    const sent = {
      authorization: `Bearer ${TEST_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    return ask(origin, { method, path, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  };

  async function stock(): Promise<void> {
    await call('POST', '/api/queue/resume');
    await call('POST', '/api/queue/cancel');
    await upload();
    for (const name of ['form', 'image-variations', 'sweep', 'subgraph']) {
      const known = await call('GET', `/api/workflows/${name}`);
      if (known.status === 404)
        await call('PUT', `/api/workflows/${name}`, { workflow: example(name), baseRevision: 0 });
    }
    const outputs = listOf((await call('GET', '/api/outputs')).json, 'outputs', 'id');
    if (outputs.length < 3) await run({ format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave' } } });
    await call('POST', '/prompt', { prompt: { 1: { class_type: 'EmptyLatentImage', inputs: {} } } });
    await renewGrants();
    await learn();
  }

  async function upload(): Promise<void> {
    const image = readFileSync(join(ROOT, 'test/server/fixtures/pictures/rgb.png'));
    const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="rgb.png"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), image, Buffer.from('\r\n--b--\r\n')]);
    const headers = { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'multipart/form-data; boundary=b' };
    await ask(origin, { method: 'POST', path: '/api/images', headers, body });
  }

  async function renewGrants(): Promise<void> {
    const alive = new Set(listOf((await call('GET', '/api/grants')).json, 'grants', 'id'));
    for (const grant of secrets.keys()) if (!alive.has(grant)) secrets.delete(grant);
    for (const kind of secrets.size < 4 ? ['form', 'view'] : []) {
      const made = await call('POST', '/api/grants', {
        kind,
        workflowName: 'form',
        runsPerHour: 10_000,
        queuedRuns: 5,
      });
      const { id, secret } = (made.json ?? {}) as { id?: string; secret?: string };
      if (id !== undefined && secret !== undefined) secrets.set(id, secret);
    }
  }

  async function learn(): Promise<void> {
    const lists = [
      ['run', '/api/runs', 'runs', 'id'],
      ['output', '/api/outputs', 'outputs', 'id'],
      ['name', '/api/workflows', 'workflows', 'name'],
      ['image', '/api/images', 'images', 'name'],
      ['image', '/api/images', 'images', 'sha256'],
      ['template', '/api/templates', 'templates', 'name'],
      ['sha256', '/api/outputs', 'outputs', 'sha256'],
    ] as const;
    for (const [pool, path, list, field] of lists) {
      const found = listOf((await call('GET', path)).json, list, field);
      if (found.length > 0) pools.set(pool, found.slice(0, 50));
    }
    const alike = {
      workflowName: 'name',
      before: 'output',
      filename: 'image',
      prompt: 'run',
      outputs: 'output',
      ids: 'output',
      id: 'output',
    };
    for (const [pool, of] of Object.entries(alike)) pools.set(pool, pools.get(of) ?? []);
    pools.set('grant', [...secrets.keys()]);
    pools.set('secret', [...secrets.values()]);
  }

  async function run(workflow: unknown): Promise<string | undefined> {
    const started = await call('POST', '/api/runs', { workflow });
    const { id } = (started.json ?? {}) as { readonly id?: string };
    if (id === undefined) return `a plain run was answered ${started.status}: ${started.text.slice(0, 300)}`;
    for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; ) {
      const { state } = ((await call('GET', `/api/runs/${id}`)).json ?? {}) as { readonly state?: string };
      if (state === 'succeeded') return undefined;
      if (state !== 'queued' && state !== 'running') return `a plain run ended as ${state}`;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return `a plain run did not end in ${PATIENCE_MS / 1000} s`;
  }

  const document = await call('GET', '/api/openapi.json');
  const routes = fuzzedRoutes(document.json, ready.routes);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    ...{ pid: child.pid ?? 0, origin, routes, pools, secrets, stock, isAlive },
    async works() {
      await call('POST', '/api/queue/resume');
      await call('POST', '/api/queue/cancel');
      return run({ format: 'unclip-workflow', version: 1, nodes: { save: { type: 'DevSave', params: { side: 4 } } } });
    },
    heapMib: () =>
      new Promise((resolve) => {
        heard = resolve;
        child.send('heap');
      }),
    async end() {
      if (!isAlive()) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function readyOf(child: ChildProcess): Promise<Extract<FromServer, { type: 'ready' }>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`The server ended before it was ready (${signal ?? code}).`)),
    );
    child.on('message', (message: FromServer) => message.type === 'ready' && resolve(message));
  });
}

function example(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, 'workflows', `${name}.json`), 'utf8'));
}

function listOf(json: unknown, list: string, field: string): readonly string[] {
  const items = (json as Readonly<Record<string, unknown>> | undefined)?.[list];
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: Readonly<Record<string, unknown>>) =>
    typeof item[field] === 'string' ? [item[field]] : [],
  );
}
