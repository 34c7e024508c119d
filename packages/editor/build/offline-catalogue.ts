import { fileURLToPath } from 'node:url';
import { createServer, type Plugin } from 'vite';

const MODULE = 'virtual:offline-catalogue';
const NODES = fileURLToPath(new URL('../../nodes-unclip/src/nodes/index.ts', import.meta.url));

/**
 * The definitions of all nodes as a module of the page, for when it stands without a server. Read from the nodes'
 * sources at build time, so the editor itself depends on none of them.
 */
export function offlineCatalogue(): Plugin {
  return {
    name: 'offline-catalogue',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    async load(id) {
      if (id !== `\0${MODULE}`) return undefined;
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
        // JSON leaves the functions out by itself.
        return `export const definitions = ${JSON.stringify(unclipNodes)};`;
      } finally {
        await vite.close();
      }
    },
  };
}
