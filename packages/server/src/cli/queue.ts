import { readFile } from 'node:fs/promises';
import type { QueueAddress } from '../queue/queue-address.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { isSystemError } from '../services/system-error.js';
import { BadInput } from './exit-codes.js';

interface QueueOptions {
  /** Such as `redis://10.0.0.5:6379`. */
  readonly queue: string | undefined;
  readonly queueName: string;
  /** A file; left out, the key is in `UNCLIP_QUEUE_KEY`. */
  readonly queueKeyFile: string | undefined;
  /** A PEM file. */
  readonly queueCa: string | undefined;
}

const MIN_KEY_LENGTH = 16;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const HOW_TO_MAKE_A_KEY = 'such as the output of: openssl rand -base64 32';

/**
 * Reads the address of the queue. The option also has a variable, which other users of the machine do not see in its
 * list of processes.
 *
 * @returns `undefined` if there is none
 * @throws BadInput
 */
export async function readQueue(options: QueueOptions, io: Surroundings): Promise<QueueAddress | undefined> {
  const { queue: url, queueName: name, queueCa } = options;
  if (url === undefined) return undefined;
  checkUrl(url, queueCa);
  if (!NAME.test(name)) {
    throw new BadInput([`--queue-name ${name}: expected 1 to 64 letters, digits, - and _, as in "studio".`]);
  }
  const key = await readKey(options.queueKeyFile, io);
  const ca = queueCa === undefined ? undefined : await readText('--queue-ca', queueCa, io);
  return { url, name, key, ...(ca === undefined ? {} : { ca }) };
}

/** The address may hold a password, so it is not repeated. */
function checkUrl(text: string, ca: string | undefined): void {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new BadInput([
      '--queue: expected the address of a Redis, as in redis://10.0.0.5:6379, redis://user:password@host or ' +
        'rediss://host for one with TLS.',
    ]);
  }
  if (ca !== undefined && protocol !== 'rediss:') {
    throw new BadInput(['--queue-ca: only an address that begins with rediss:// is reached by TLS.']);
  }
}

async function readKey(file: string | undefined, io: Surroundings): Promise<string> {
  const key = file === undefined ? io.env['UNCLIP_QUEUE_KEY'] : (await readText('--queue-key-file', file, io)).trim();
  if (key === undefined || key === '') {
    throw new BadInput([
      '--queue: the server and its workers need a key in common, by which they know what comes from each other. Put it ' +
        `into UNCLIP_QUEUE_KEY or name a file with --queue-key-file; ${HOW_TO_MAKE_A_KEY}`,
    ]);
  }
  if (key.length < MIN_KEY_LENGTH) {
    const where = file === undefined ? 'UNCLIP_QUEUE_KEY' : `--queue-key-file ${file}`;
    throw new BadInput([
      `${where}: the key has ${key.length} characters; expected at least ${MIN_KEY_LENGTH}, ${HOW_TO_MAKE_A_KEY}`,
    ]);
  }
  return key;
}

async function readText(option: string, path: string, io: Surroundings): Promise<string> {
  try {
    return await readFile(fromCwd(io, path), 'utf8');
  } catch (error) {
    const isMissing = isSystemError(error) && error.code === 'ENOENT';
    throw new BadInput([`${option} ${path}: ${isMissing ? 'there is no such file' : 'it cannot be read'}.`]);
  }
}
