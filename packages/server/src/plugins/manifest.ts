import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVersion } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { MAX_MANIFEST_BYTES } from '../limits.js';
import { PluginError } from './plugin-errors.js';

/** In `keywords` of a package that has nodes for this program. */
const PLUGIN_KEYWORD = 'unclip-nodes';

/** A path inside of the package, written with `/`. */
const innerPath = z
  .string()
  .regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\\:\0][^\\:\0]{0,200}$/, 'expected a path inside of the package');
const host = z.string().regex(/^[a-z0-9.-]+(?::\d{1,5})?$/, 'expected HOST or HOST:PORT in small letters');
const folderName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'expected a name in small letters');

const section = z
  .strictObject({
    /** The module that exports `nodes` and `portTypes`; TypeScript or JavaScript. */
    entry: innerPath.default('index.ts'),
    /** `false`: it needs Node, and runs only once the operator trusts it. */
    contained: z.boolean().default(true),
    /** What a trusted plug-in may do beyond reading its own folder. */
    node: z.strictObject({ addons: z.boolean().default(false), processes: z.boolean().default(false) }).prefault({}),
    needs: z
      .strictObject({
        onnx: z.array(innerPath).max(20).default([]),
        network: z.array(host).max(20).default([]),
        files: z.record(folderName, z.enum(['read', 'read-write'])).default({}),
      })
      .prefault({}),
  })
  .prefault({});

const packageJson = z.object({
  // The names that npm takes, so that a name is a folder's and a prefix of node types.
  name: z.string().refine(isPackageName, 'expected a name as npm takes it'),
  version: z.string().refine(isVersion, 'expected a version such as 1.0.0'),
  description: z.string().max(500).default(''),
  keywords: z.array(z.string()).default([]),
  unclip: section,
});

/** A plug-in's description in its package.json. */
export interface PluginManifest extends z.infer<typeof section> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** A name valid for npm, and not reserved next to the added plug-ins. */
export function isPackageName(name: string): boolean {
  return /^(?:@[a-z0-9][a-z0-9._-]{0,60}\/)?[a-z0-9][a-z0-9._-]{0,60}$/.test(name) && name !== 'plugins-lock.json';
}

/** The name of the package in a folder, even if it has other errors. */
export function nameOfManifest(folder: string): string | undefined {
  const content = readPackageJson(folder) as { readonly name?: unknown } | null;
  return typeof content?.name === 'string' ? content.name : undefined;
}

/** @throws PluginError if the folder has no package.json of a plug-in, with all that is wrong in it */
export function readManifest(folder: string): PluginManifest {
  const content = readPackageJson(folder);
  const read = packageJson.safeParse(content);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'package.json'}: ${message}`);
    throw new PluginError(folder, `package.json: ${problems.join('; ')}`);
  }
  const { name, version, description, keywords, unclip } = read.data;
  if (!keywords.includes(PLUGIN_KEYWORD)) {
    throw new PluginError(name, `package.json does not have "${PLUGIN_KEYWORD}" among its keywords`);
  }
  return { name, version, description, ...unclip };
}

/** A regular file only: a link or a pipe could block the reader forever. */
function readPackageJson(folder: string): unknown {
  const file = join(folder, 'package.json');
  try {
    const found = lstatSync(file);
    if (!found.isFile() || found.size > MAX_MANIFEST_BYTES) {
      throw new Error(`expected a file of at most ${MAX_MANIFEST_BYTES / 2 ** 20} MiB`);
    }
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PluginError(folder, `package.json cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
