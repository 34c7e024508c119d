import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseWorkflow, subgraphNameOf, type Workflow } from '@unclip-studio/graph-core';
import type { Template } from '@unclip-studio/protocol';

/** The example workflows that come with the program. */
export interface Templates {
  list(): Promise<readonly Template[]>;
  read(name: string): Promise<Workflow | undefined>;
  /** A small WebP of what the template makes, if it comes with one. */
  thumbnail(name: string): Promise<Uint8Array | undefined>;
}

/**
 * @param folder contains `NAME.json` and `thumbnails/NAME.webp` files; `undefined`: this program has no templates
 * @param ofPlugins the current ones of plug-ins, each named `PACKAGE/NAME`
 */
export function createTemplates(
  folder: string | undefined,
  ofPlugins: () => ReadonlyMap<string, Workflow> = () => new Map(),
): Templates {
  async function names(): Promise<readonly string[]> {
    if (folder === undefined) return [];
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.flatMap((entry) =>
      entry.isFile() && entry.name.endsWith('.json') ? [basename(entry.name, '.json')] : [],
    );
  }
  async function readBytes(name: string, toPath: (found: string) => string): Promise<Buffer | undefined> {
    // The path uses the name listed in the folder, not the requested one.
    const found = (await names()).find((candidate) => candidate === name);
    if (folder === undefined || found === undefined) return undefined;
    const file = await open(join(folder, toPath(found)), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  }
  async function read(name: string): Promise<Workflow | undefined> {
    const ofPlugin = ofPlugins().get(name);
    if (ofPlugin !== undefined) return ofPlugin;
    const bytes = await readBytes(name, (found) => `${found}.json`);
    const parsed = bytes && parseWorkflow(bytes.toString('utf8'));
    return parsed?.ok ? parsed.value : undefined;
  }
  return {
    async list() {
      const all = [...(await names()), ...ofPlugins().keys()];
      const found = await Promise.all(all.map(async (name) => ({ name, workflow: await read(name) })));
      return found
        .flatMap(({ name, workflow }) => (workflow === undefined ? [] : [toTemplate(name, workflow)]))
        .sort((left, right) => left.title.localeCompare(right.title, 'en'));
    },
    read,
    async thumbnail(name) {
      try {
        return await readBytes(name, (found) => join('thumbnails', `${found}.webp`));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

function toTemplate(name: string, workflow: Workflow): Template {
  const { title = name, description, requires } = workflow;
  return {
    name,
    title,
    nodeTypes: nodeTypesOf(workflow),
    ...(description !== undefined && { description }),
    ...(requires && { requires: [...requires] }),
  };
}

function nodeTypesOf({ nodes, subgraphs = {} }: Workflow): string[] {
  const bodies = [nodes, ...Object.values(subgraphs).map((body) => body.nodes)];
  const types = bodies.flatMap((body) => Object.values(body).map(({ type }) => type));
  return [...new Set(types)].filter((type) => subgraphNameOf(type) === undefined).sort();
}
