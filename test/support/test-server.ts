import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  createLogger,
  DEFAULT_LIMITS,
  type RunningServer,
  type ServerConfig,
  type ServerLimits,
  startServer,
} from '@unclip-studio/server';
import WebSocket from 'ws';
import { checkAnswer } from './check-answer.js';
import { smallModels } from './small-models.js';

/** Of the operator, so that tests know it. */
export const TEST_TOKEN = 'canary-token-0123456789-0123456789-abcdef';

export interface TestServer extends RunningServer {
  /** Asks with the token; JSON when there is a body. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A WebSocket with the token; its text messages are collected, parsed. */
  listen(query?: string): Promise<TestSocket>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests name what they look at.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export interface TestSocket {
  readonly socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: messages of all types, looked at by tests
  readonly messages: any[];
  readonly frames: Buffer[];
  /** Resolves once `found` gives something for the messages so far. */
  until<Value>(found: () => Value | undefined): Promise<Value>;
}

type TestServerConfig = Partial<Omit<ServerConfig, 'machine'>> & {
  readonly machine?: Partial<ServerConfig['machine']>;
};

/** A whole server in this process, with its worker, a small model by the bundled one's name, the dev nodes and no limit of the rate. */
export async function startTestServer(
  dataFolder: string,
  limits: Partial<ServerLimits> = {},
  { machine, ...config }: TestServerConfig = {},
  onLogLine?: (line: string) => void,
): Promise<TestServer> {
  const server = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataFolder,
      machine: {
        modelFolders: [smallModels()],
        ...{ cacheBytes: 2 ** 28, devNodes: true },
        ...machine,
      },
      templatesFolder: fileURLToPath(new URL('../../workflows', import.meta.url)),
      token: TEST_TOKEN,
      ownModelsFolder: join(dataFolder, 'own-models'),
      // Nothing listens there: what models come from is the affair of the tests that name a hub.
      hub: { endpoint: 'http://127.0.0.1:9', allowedHosts: [] },
      allowedHosts: [],
      allowedOrigins: [],
      limits: { ...DEFAULT_LIMITS, changes: 1e6, reads: 1e6, ...limits },
      ...config,
    },
    (secrets) => {
      const log = { level: onLogLine ? 'warn' : 'error', format: 'json', secrets } as const;
      return createLogger(onLogLine ? { ...log, stderr: lineStream(onLogLine) } : log);
    },
  );
  return Object.assign(server, {
    ask: (method: string, path: string, body?: unknown, headers = {}) => ask(server, { method, path, body, headers }),
    listen: (query = '') => listen(server, query),
  });
}

function lineStream(onLine: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      onLine(line);
      done();
    },
  });
}

/** A workflow file of these nodes. */
export function workflowOf(nodes: unknown, title = 'A test'): unknown {
  return { format: 'unclip-workflow', version: 1, title, nodes };
}

/** A run that takes a while, with progress and previews; each seed is a separate node. */
export function slowWorkflow(seed: number, steps = 20, stepMs = 20): unknown {
  return workflowOf({ sleep: { type: 'DevSleep', params: { steps, stepMs, seed } } });
}

async function ask(
  { origin }: RunningServer,
  { method, path, body, headers }: { method: string; path: string; body: unknown; headers: Record<string, string> },
): Promise<Answer> {
  const answer = await fetch(origin + path, {
    method,
    headers: {
      authorization: `Bearer ${TEST_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const isJson = answer.headers.get('content-type')?.includes('json');
  const bytes = Buffer.from(await answer.arrayBuffer());
  const parsed = isJson ? JSON.parse(bytes.toString()) : bytes;
  if (isJson) checkAnswer(method, path, answer.status, parsed);
  return { status: answer.status, headers: answer.headers, body: parsed };
}

async function listen({ origin }: RunningServer, query: string): Promise<TestSocket> {
  const headers = { authorization: `Bearer ${TEST_TOKEN}` };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/events${query}`, { headers });
  const messages: unknown[] = [];
  const frames: Buffer[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) frames.push(data);
    else messages.push(JSON.parse(data.toString()));
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    messages,
    frames,
    until: (found) =>
      new Promise((resolve) => {
        const look = () => {
          const value = found();
          if (value === undefined) return;
          waiting.delete(look);
          resolve(value);
        };
        waiting.add(look);
        look();
      }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: events of all types, looked at by tests
export function eventsOf({ messages }: TestSocket): any[] {
  return messages.flatMap((message) => (message.type === 'events' ? message.events : []));
}

/** Waits until the run has ended. */
export async function untilEnded(server: TestServer, runId: string): Promise<Answer['body']> {
  for (;;) {
    const { body } = await server.ask('GET', `/api/runs/${runId}`);
    if (!['queued', 'running'].includes(body.state)) return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
