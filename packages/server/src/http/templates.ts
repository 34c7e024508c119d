import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseWorkflow, type Workflow } from '@unclip-studio/graph-core';

/** The example workflows that come with the program. */
export interface Templates {
  list(): Promise<readonly { readonly name: string; readonly title: string }[]>;
  read(name: string): Promise<Workflow | undefined>;
}

/** @param folder holds `NAME.json` files; `undefined`: there are no templates */
export function createTemplates(folder: string | undefined): Templates {
  async function names(): Promise<readonly string[]> {
    if (folder === undefined) return [];
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.flatMap((entry) =>
      entry.isFile() && entry.name.endsWith('.json') ? [basename(entry.name, '.json')] : [],
    );
  }
  async function read(name: string): Promise<Workflow | undefined> {
    // The path is made of the name that the folder lists, not of the one that was asked for.
    const found = (await names()).find((candidate) => candidate === name);
    if (folder === undefined || found === undefined) return undefined;
    const file = await open(join(folder, `${found}.json`), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const parsed = parseWorkflow(await file.readFile('utf8'));
      return parsed.ok ? parsed.value : undefined;
    } finally {
      await file.close();
    }
  }
  return {
    async list() {
      const found = await Promise.all((await names()).map(async (name) => ({ name, workflow: await read(name) })));
      return found
        .flatMap(({ name, workflow }) => (workflow === undefined ? [] : [{ name, title: workflow.title ?? name }]))
        .sort((left, right) => left.title.localeCompare(right.title, 'en'));
    },
    read,
  };
}
