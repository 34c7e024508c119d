import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../common/durable-write.js';
import { sha256 } from '../common/sha256.js';
import { PluginError } from './plugin-errors.js';
import { installedFolder } from './plugin-folders.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const entry = z.object({
  version: z.string().optional(),
  /** What was requested: a package's name, or a file. */
  from: z.string().optional(),
  /** Where a registry keeps it, and `sha512-` with the hash of that. */
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  /** Of all files of an added plug-in. */
  filesSha256: digest.optional(),
  /** What the operator lets it do. */
  grants: z
    .object({
      onnx: z.boolean().default(false),
      network: z.array(z.string()).default([]),
      files: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  /** It runs in Node while its content is this. */
  trustedSha256: digest.optional(),
});
export type LockedPlugin = z.infer<typeof entry>;

const lockFile = z.object({ format: z.literal('unclip-plugins'), plugins: z.record(z.string(), entry) });

/** What the operator decided about plug-ins, by name. */
export type PluginLock = Readonly<Record<string, LockedPlugin>>;

const LOCK_FILE = 'plugins-lock.json';

/** The entry of one; nothing for names that every object inherits, such as "constructor". */
export function lockedIn(lock: PluginLock, name: string): LockedPlugin | undefined {
  return Object.hasOwn(lock, name) ? lock[name] : undefined;
}

/** @throws PluginError if the file cannot be used: without it the granted permissions are unknown */
export function readPluginLock(dataFolder: string): PluginLock {
  const file = join(installedFolder(dataFolder), LOCK_FILE);
  if (!existsSync(file)) return {};
  try {
    return lockFile.parse(JSON.parse(readFileSync(file, 'utf8'))).plugins;
  } catch (error) {
    throw new PluginError(file, 'it is damaged; restore it, or delete it and add the plug-ins again', { cause: error });
  }
}

export async function writePluginLock(dataFolder: string, plugins: PluginLock): Promise<void> {
  const text = `${JSON.stringify({ format: 'unclip-plugins', plugins }, null, 2)}\n`;
  const path = join(installedFolder(dataFolder), LOCK_FILE);
  await replaceFile(path, { parts: [new TextEncoder().encode(text)], mode: 0o600 });
}

/** A digest of the paths and contents of all files below a folder. */
export function hashFolder(folder: string): string {
  const lines = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => !one.isDirectory())
    .map((one) => join(one.parentPath, one.name))
    .map((file) => `${file.slice(folder.length + 1).replaceAll('\\', '/')} ${sha256(readFileSync(file))}\n`);
  return sha256(lines.sort().join(''));
}
