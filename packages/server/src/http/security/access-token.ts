import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Characters; 256 bits in base64url take 43. */
export const MIN_TOKEN_LENGTH = 32;

/** Decides who may use the API. The token itself never leaves this object but by `url`. */
export interface AccessToken {
  /** What `text`, taken from a request, is worth. */
  matches(text: string): boolean;
  /** The cookie's value: proves that its owner knew the token, but cannot be turned back into it. */
  readonly sessionValue: string;
  matchesSession(text: string): boolean;
  /** The address to click; a fragment is not sent over the network and not kept in server logs. */
  signInUrl(origin: string): string;
}

export function createAccessToken(token: string): AccessToken {
  const sessionValue = createHmac('sha256', token).update('session cookie').digest('base64url');
  return {
    matches: (text) => isSame(text, token),
    sessionValue,
    matchesSession: (text) => isSame(text, sessionValue),
    signInUrl: (origin) => `${origin}/#t=${token}`,
  };
}

/**
 * Reads the data folder's token, or makes one that only the user can read. It is kept from start to start, so that open
 * pages and scripts go on working.
 *
 * @throws Error naming the file, if it is a link, readable by others, or holds something else
 */
export async function loadAccessToken(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'token');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  return (await readToken(path)) ?? (await writeToken(path));
}

async function readToken(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`The token file ${path} cannot be opened (${error.code}). Remove it; a new one is made.`, {
      cause: error,
    });
  });
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`The token file ${path} can be read by other users. Remove it; a new one is made.`);
    }
    const token = (await file.readFile('utf8')).trim();
    if (!/^[A-Za-z0-9_-]{43}$/.test(token)) {
      throw new Error(`The token file ${path} holds no token. Remove it; a new one is made.`);
    }
    return token;
  } finally {
    await file.close();
  }
}

async function writeToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return token;
}

// Hashes have one length, so that the comparison's time tells nothing about the text.
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
