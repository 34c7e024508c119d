import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createRestartable, type Restartable } from './restartable.js';

const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

/** Why tests that need a Redis are left out, if it is nowhere. */
export const WHY_NO_REDIS =
  findRedis() === undefined
    ? 'no redis-server was found; install it (on Debian: apt-get install redis-server), or name its path in REDIS_SERVER'
    : undefined;

/** A separate Redis for a test, in a process that the test may kill, freeze and restart. */
export interface TestRedis extends Restartable {
  readonly url: string;
  /** The same after each start, with what it had saved. */
  readonly port: number;
  /** One command, as in `CONFIG SET maxmemory 1mb`; its answer as Redis writes it. */
  command(...words: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

export interface TestRedisOptions {
  /** For what it saves. */
  readonly folder: string;
  /** As on its command line; with `--appendonly yes` it loses nothing when it is killed. */
  readonly settings?: readonly string[];
  /** A free one when left out. */
  readonly port?: number;
}

export async function startTestRedis({ folder, settings = [], port: at }: TestRedisOptions): Promise<TestRedis> {
  const port = at ?? (await freePort());
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'];
  const program = createRestartable({
    name: 'redis-server',
    command: [findRedis() ?? 'redis-server', ...own, ...settings],
    isUp: () => isListening(port),
    patienceMs: 5_000,
    pauseMs: 25,
  });
  await program.start();
  return {
    ...program,
    url: `redis://127.0.0.1:${port}`,
    port,
    command: (...words) => command(port, words),
    end: program.kill,
  };
}

function findRedis(): string | undefined {
  return [process.env['REDIS_SERVER'], ...PLACES].find((path) => path !== undefined && existsSync(path));
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return command(port, ['PING']).then(
    (answer) => /^(\+PONG|-NOAUTH)/.test(answer),
    () => false,
  );
}

function command(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece.toString();
      if (!isWhole(answer)) return;
      resolve(answer);
      socket.destroy();
    });
    socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  });
}

/** For the answers that are requested here: one line, or a text after its length. */
function isWhole(answer: string): boolean {
  const [, length] = /^\$(\d+)\r\n/.exec(answer) ?? [];
  if (length === undefined) return answer.endsWith('\r\n');
  return Buffer.byteLength(answer) >= Number(length) + length.length + 5;
}
