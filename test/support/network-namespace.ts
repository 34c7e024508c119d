import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** A separate network for a process, and a cable to Redis that can be pulled. */
export interface NetworkNamespace {
  /** Starts a program inside. */
  readonly through: readonly string[];
  /** Makes a server that listens at a socket in the file system reachable inside. @returns its address and port there */
  reach(socketPath: string): Promise<string>;
  pull(): void;
  plug(): void;
  remove(): void;
}

/** Why tests that need one are left out, where they cannot be made. */
export const WHY_NO_NETWORKS = findObstacle();

/**
 * Both ends of the cable are in namespaces of their own: an interface that comes and goes in the network of the machine
 * makes every browser on it give up its requests (`net::ERR_NETWORK_CHANGED`).
 */
export function createNetworkNamespace(): NetworkNamespace {
  const name = `unclip${randomBytes(3).toString('hex')}`;
  const far = `${name}far`;
  ip('netns', 'add', name);
  ip('netns', 'add', far);
  ip('-n', far, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', name);
  for (const [namespace, address] of [
    [far, '10.213.0.1/24'],
    [name, '10.213.0.2/24'],
  ] as const) {
    ip('-n', namespace, 'addr', 'add', address, 'dev', 'cable');
    ip('-n', namespace, 'link', 'set', 'cable', 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }
  const ends: (() => void)[] = [];
  return {
    through: ['ip', 'netns', 'exec', name],
    async reach(socketPath) {
      const relay = spawn('ip', ['netns', 'exec', far, process.execPath, '-e', RELAY, socketPath], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      ends.push(() => relay.kill());
      const port = await new Promise<string>((resolve, reject) => {
        relay.stdout.once('data', (data: Buffer) => resolve(String(data).trim()));
        relay.once('exit', (code) => reject(new Error(`the relay ended with code ${code}`)));
      });
      return `10.213.0.1:${port}`;
    },
    // The end of connections is not reported: packets just get lost.
    pull: () => ip('-n', far, 'link', 'set', 'cable', 'down'),
    plug: () => ip('-n', far, 'link', 'set', 'cable', 'up'),
    remove() {
      for (const end of ends) end();
      for (const namespace of [name, far]) ip('netns', 'del', namespace);
    },
  };
}

/** Passes each connection on to a socket in the file system, which is the same in every network namespace. */
const RELAY = `
  const net = require('node:net');
  const server = net.createServer((near) => {
    const far = net.connect(process.argv[1]);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  server.listen(0, '10.213.0.1', () => console.log(server.address().port));
`;

function ip(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
}

function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces are made by root only';
  try {
    createNetworkNamespace().remove();
    return undefined;
  } catch (error) {
    return `no network namespace can be made here (${(error as Error).message.trim()})`;
  }
}
