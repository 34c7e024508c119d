import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../common/durable-write.js';
import { ConfigError } from '../../config.js';
import { isWebhookSecret, newWebhookSecret } from '../../webhooks/webhook-secret.js';

/**
 * Reads the data folder's token, or creates one that only the user can read. It is kept across restarts, so that open
 * pages and scripts keep working.
 *
 * @param keepsModes whether the folder's file system supports permissions; elsewhere they are meaningless
 * @throws ConfigError naming the file, if it is a link, readable by others, or contains something else
 */
export async function loadAccessToken(dataFolder: string, keepsModes = true): Promise<string> {
  return loadSecret(join(dataFolder, 'token'), TOKEN, keepsModes);
}

/** The same for what webhooks are signed with. */
export async function loadWebhookSecret(dataFolder: string, keepsModes: boolean): Promise<string> {
  return loadSecret(join(dataFolder, 'webhook-secret'), WEBHOOK_SECRET, keepsModes);
}

interface SecretKind {
  /** What messages call it. */
  readonly name: string;
  make(): string;
  isOne(text: string): boolean;
}

const TOKEN: SecretKind = {
  name: 'token',
  make: () => randomBytes(32).toString('base64url'),
  isOne: (text) => /^[A-Za-z0-9_-]{43}$/.test(text),
};
const WEBHOOK_SECRET: SecretKind = { name: 'secret', make: newWebhookSecret, isOne: isWebhookSecret };

async function loadSecret(path: string, kind: SecretKind, keepsModes: boolean): Promise<string> {
  return (await readSecret(path, kind, keepsModes)) ?? (await writeSecret(path, kind));
}

async function readSecret(path: string, kind: SecretKind, keepsModes: boolean): Promise<string | undefined> {
  const { name } = kind;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path, name, error);
  });
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile())
      throw new ConfigError(`The ${name} file ${path} is not a file. Remove it; a new one will be created.`);
    const { mode } = found;
    if (keepsModes && process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError(
        `The ${name} file ${path} can be read by other users, who may have used it. Remove it; a new one is made.`,
      );
    }
    const content = await file.readFile('utf8').catch((error: unknown) => Promise.reject(unusable(path, name, error)));
    const secret = content.trim();
    if (secret === '') throw new ConfigError(`The ${name} file ${path} is empty. Remove it; a new one is made.`);
    if (!kind.isOne(secret)) {
      throw new ConfigError(`The ${name} file ${path} holds no ${name}. Remove it; a new one is made.`);
    }
    return secret;
  } finally {
    await file.close();
  }
}

function unusable(path: string, name: string, cause: unknown): ConfigError {
  const { code } = cause as NodeJS.ErrnoException;
  return new ConfigError(`The ${name} file ${path} cannot be read (${code}). Remove it; a new one is made.`, { cause });
}

/** Whole or not at all: a full disk leaves no empty file, which the next start would refuse. */
async function writeSecret(path: string, kind: SecretKind): Promise<string> {
  const secret = kind.make();
  await replaceFile(path, { parts: [`${secret}\n`], mode: 0o600 });
  return secret;
}
