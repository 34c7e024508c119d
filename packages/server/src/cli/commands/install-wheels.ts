import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadFile } from '../../hub/download-file.js';
import { createHubClient, type HubClient } from '../../hub/hub-client.js';
import { askForSize } from '../../hub/pull-file.js';
import { findWheel, pythonIndexOf, type Wheel } from '../../hub/python-index.js';
import { unpackWheel } from '../../hub/unpack-wheel.js';
import { createPullView } from '../pull-view.js';
import type { CommandContext } from '../terminal.js';

/** What `unclip devices --install` is told, whatever it installs. */
export interface InstallOptions {
  /** No question is asked. */
  readonly isAgreed: boolean;
  /** Hosts in the own network that may be accessed. */
  readonly allowFetch: readonly string[];
}

/** Wheels that are not unpacked yet, and where they come from. */
export interface MissingWheels {
  readonly wheels: readonly Wheel[];
  readonly client: HubClient;
  /** Of the index, for messages. */
  readonly host: string;
  /** Where it is recorded which ones were unpacked. */
  readonly folder: string;
}

/**
 * Asks the index of Python packages for the newest wheels that requirements allow; see {@link findWheel}.
 *
 * @param folder that they are unpacked into
 */
export async function findMissingWheels(
  requirements: readonly string[],
  folder: string,
  { allowFetch, env }: Pick<InstallOptions, 'allowFetch'> & { readonly env: Readonly<NodeJS.ProcessEnv> },
): Promise<MissingWheels> {
  const index = pythonIndexOf(env);
  // An index named by the user is allowed, also in their own network.
  const own = env['PIP_INDEX_URL'] && URL.canParse(index) ? [new URL(index).hostname] : [];
  const allowedHosts = [...allowFetch, ...own];
  const client = createHubClient({ endpoint: index, allowedHosts });
  const wheels: Wheel[] = [];
  for (const requirement of requirements) {
    const wheel = await findWheel(client, index, requirement);
    wheels.push(
      Number.isNaN(wheel.sizeBytes)
        ? { ...wheel, sizeBytes: await askForSize(new URL(wheel.url), allowedHosts) }
        : wheel,
    );
  }
  const missing = wheels.filter((wheel) => !existsSync(markOf(folder, wheel)));
  return { wheels: missing, client, host: new URL(index).host, folder };
}

/** Whether the user types a yes. */
export async function isAgreed({ io, terminal }: Pick<CommandContext, 'io' | 'terminal'>): Promise<boolean> {
  terminal.err('Continue? [y/N]');
  const lines = createInterface({ input: io.stdin });
  try {
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}

/**
 * Fetches wheels, compares their checksums and unpacks files of them.
 *
 * @param toPath where a file of a wheel goes, absolute; `undefined` leaves it out
 */
export async function unpackWheels(
  { wheels, client, folder }: MissingWheels,
  toPath: (name: string) => string | undefined,
  terminal: CommandContext['terminal'],
): Promise<void> {
  const view = await createPullView(terminal);
  try {
    view.onStart(wheels);
    let doneBytes = 0;
    for (const wheel of wheels) {
      const { path, url, sizeBytes } = wheel;
      const to = join(folder, 'wheels', path);
      const onBytes = (bytes: number) => view.onBytes(path, doneBytes + bytes);
      await downloadFile(wheel, { client, from: url, to, onBytes, sleep: async (ms) => void (await sleep(ms)) });
      await unpackWheel(to, toPath);
      // Twice the space is not needed.
      await rm(to);
      await mkdir(dirname(markOf(folder, wheel)), { recursive: true });
      await writeFile(markOf(folder, wheel), '');
      doneBytes += sizeBytes;
      view.onFile(path);
    }
  } finally {
    view.close();
  }
}

/** A file that says that a wheel was unpacked. */
function markOf(folder: string, { path }: Wheel): string {
  return join(folder, 'wheels', `${path}.installed`);
}
