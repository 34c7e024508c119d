import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const UNCLIP = fileURLToPath(new URL('../../../packages/server/bin/unclip.mjs', import.meta.url));

/** The built server with the built editor in a separate process, and what a test does to it. */
export interface EditorServer {
  readonly origin: string;
  readonly token: string;
  /** Asks the API as a program would. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Ends the process at once, as a power cut would. */
  kill(): Promise<void>;
  /** Restarts it on the same data and, if it has its own port, at the same address. */
  start(): Promise<void>;
  /** Of the process that evaluates. */
  workerPid(): Promise<number>;
}

export interface EditorServerOptions {
  readonly dataFolder: string;
  /** Hands runs to workers elsewhere; as the options of the command line of the same names. */
  readonly queue?: { readonly url: string; readonly key: string } | undefined;
  /** As the option of the same name. */
  readonly basePath?: string | undefined;
  /** Further options of the command line. */
  readonly args?: readonly string[] | undefined;
  /** In addition to the variables of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Any free one when left out. */
  readonly port?: number | undefined;
}

/** Starts `unclip serve` with the nodes that only tests use; it keeps no results on the disk. */
export async function startEditorServer(options: EditorServerOptions): Promise<EditorServer> {
  const { dataFolder, queue, basePath, port = 0 } = options;
  const args = ['--port', String(port), '--data-dir', dataFolder, '--device', 'cpu', '--log-level', 'warn'];
  args.push('--cache-size', '0MB', '--dev-nodes');
  if (queue !== undefined) args.push('--queue', queue.url);
  if (basePath !== undefined) args.push('--base-path', basePath);
  args.push(...(options.args ?? []));
  let child: ChildProcess | undefined;
  let printed = new URL('http://127.0.0.1');

  async function start(): Promise<void> {
    const env = { ...process.env, UNCLIP_QUEUE_KEY: queue?.key ?? '', ...options.env };
    child = spawn(process.execPath, [UNCLIP, 'serve', ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
    printed = new URL(await printedAddress(child));
  }

  await start();
  const server: EditorServer = {
    get origin() {
      return printed.origin;
    },
    get token() {
      return printed.hash.slice('#t='.length);
    },
    start,
    async kill() {
      const ended = child;
      child = undefined;
      if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
      const isOver = new Promise((resolve) => ended.once('exit', resolve));
      ended.kill('SIGKILL');
      await isOver;
    },
    async ask<T>(method: string, path: string, body?: unknown) {
      const authorization = `Bearer ${server.token}`;
      const response = await fetch(server.origin + path, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async workerPid() {
      const { worker } = await server.ask<{ readonly worker: { readonly pid?: number } }>('GET', '/api/queue');
      if (worker.pid === undefined) throw new Error('The server has no worker now.');
      return worker.pid;
    },
  };
  return server;
}

/** What the server prints once it answers. */
function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const [address] = /http:\S+#t=\S+(?=\s)/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code} before it was ready.`)));
  });
}

/** A free port below those that systems assign automatically: while a server is down, no other program gets it. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer().once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
