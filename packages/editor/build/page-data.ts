import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FIRST_WORKFLOW = pathOf('../../../workflows/image-variations.json');

const MODULES: Readonly<Record<string, () => Promise<string>>> = {
  'virtual:offline-catalogue': async () => `export const definitions = ${JSON.stringify(await readDefinitions())};`,
  'virtual:first-workflow': async () =>
    `export const text = ${JSON.stringify(await readFile(FIRST_WORKFLOW, 'utf8'))};`,
};

/**
 * Data of other packages as modules of the page: the node types, for when it stands without a server, and the workflow
 * that is shown first. Read at build time, so that the editor itself depends on none of them.
 */
export function pageData(): Plugin {
  return {
    name: 'page-data',
    resolveId: { filter: { id: /^virtual:/ }, handler: (id) => (Object.hasOwn(MODULES, id) ? `\0${id}` : undefined) },
    load: { filter: { id: /^\0virtual:/ }, handler: (id) => MODULES[id.slice(1)]?.() },
  };
}

/** The definitions of the built nodes; JSON leaves their functions out by itself. */
async function readDefinitions(): Promise<readonly object[]> {
  try {
    return (await import('@unclip-studio/nodes-unclip')).unclipNodes;
  } catch (error) {
    throw new Error('The page lists the nodes that nodes-unclip has built. Run `npm run setup` in the root first.', {
      cause: error,
    });
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
