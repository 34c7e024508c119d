import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** A separate network for a process, joined to ours by one cable that can be pulled. */
export interface NetworkNamespace {
  /** Of our end, where what it is to reach has to listen. */
  readonly address: string;
  /** Starts a program inside. */
  readonly through: readonly string[];
  pull(): void;
  plug(): void;
  remove(): void;
}

/** Why tests that need one are left out, where they cannot be made. */
export const WHY_NO_NETWORKS = findObstacle();

export function createNetworkNamespace(): NetworkNamespace {
  const name = `unclip${randomBytes(3).toString('hex')}`;
  const block = `10.213.${randomBytes(1)[0]}`;
  ip('netns', 'add', name);
  ip('link', 'add', `${name}o`, 'type', 'veth', 'peer', 'name', `${name}i`);
  ip('link', 'set', `${name}i`, 'netns', name);
  ip('addr', 'add', `${block}.1/24`, 'dev', `${name}o`);
  ip('link', 'set', `${name}o`, 'up');
  ip('-n', name, 'addr', 'add', `${block}.2/24`, 'dev', `${name}i`);
  ip('-n', name, 'link', 'set', `${name}i`, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    address: `${block}.1`,
    through: ['ip', 'netns', 'exec', name],
    // The end of connections is not reported: packets just get lost.
    pull: () => ip('link', 'set', `${name}o`, 'down'),
    plug: () => ip('link', 'set', `${name}o`, 'up'),
    remove: () => ip('netns', 'del', name),
  };
}

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
