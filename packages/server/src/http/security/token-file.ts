import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../common/durable-write.js';
import { ConfigError } from '../../config.js';

/**
 * Reads the data folder's token, or makes one that only the user can read. It is kept from start to start, so that open
 * pages and scripts go on working.
 *
 * @param keepsModes whether the folder's file system keeps permissions; elsewhere they say nothing
 * @throws ConfigError naming the file, if it is a link, readable by others, or holds something else
 */
export async function loadAccessToken(dataFolder: string, keepsModes = true): Promise<string> {
  const path = join(dataFolder, 'token');
  return (await readToken(path, keepsModes)) ?? (await writeToken(path));
}

async function readToken(path: string, keepsModes: boolean): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path, error);
  });
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new ConfigError(`The token file ${path} is no file. Remove it; a new one is made.`);
    const { mode } = found;
    if (keepsModes && process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError(
        `The token file ${path} can be read by other users, who may have used it. Remove it; a new one is made.`,
      );
    }
    const token = (await file.readFile('utf8').catch((error: unknown) => Promise.reject(unusable(path, error)))).trim();
    if (token === '') throw new ConfigError(`The token file ${path} is empty. Remove it; a new one is made.`);
    if (!/^[A-Za-z0-9_-]{43}$/.test(token)) {
      throw new ConfigError(`The token file ${path} holds no token. Remove it; a new one is made.`);
    }
    return token;
  } finally {
    await file.close();
  }
}

function unusable(path: string, cause: unknown): ConfigError {
  const { code } = cause as NodeJS.ErrnoException;
  return new ConfigError(`The token file ${path} cannot be read (${code}). Remove it; a new one is made.`, { cause });
}

/** Whole or not at all: a full disk leaves no empty file, which the next start would refuse. */
async function writeToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await replaceFile(path, { parts: [`${token}\n`], mode: 0o600 });
  return token;
}
