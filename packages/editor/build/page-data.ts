import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createServer, type Plugin } from 'vite';

const NODES = pathOf('../../nodes-unclip/src/nodes/index.ts');
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
    resolveId: (id) => (Object.hasOwn(MODULES, id) ? `\0${id}` : undefined),
    load: (id) => MODULES[id.slice(1)]?.(),
  };
}

/** The definitions from the nodes' sources; JSON leaves their functions out by itself. */
async function readDefinitions(): Promise<readonly object[]> {
  const vite = await createServer({
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ssr: { resolve: { conditions: ['source'] }, noExternal: [/^@unclip-studio\//] },
  });
  try {
    const { unclipNodes } = (await vite.ssrLoadModule(NODES)) as { readonly unclipNodes: readonly object[] };
    return unclipNodes;
  } finally {
    await vite.close();
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
