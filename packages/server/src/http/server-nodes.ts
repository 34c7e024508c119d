import type { Catalog, NodeDefinition } from '@unclip-studio/graph-core';
import { loadCatalog } from '../engine/catalog.js';
import type { MachineConfig } from '../machine-config.js';
import { loadPlugins, type Plugins } from '../plugins/load-plugins.js';
import { watchPlugins } from '../plugins/watch-plugins.js';
import type { Logger } from './log.js';

/** The nodes of a running server: those of this program, and the current ones of plug-ins. */
export interface ServerNodes {
  /** Another object once something has changed. */
  catalog(): Catalog<NodeDefinition>;
  plugins(): Plugins;
  /** Reloads plug-ins when their folders change, and announces it. @returns stops watching */
  follow(onChange: (plugins: Plugins) => void): () => void;
}

/** The server only needs to know the nodes; the worker evaluates those of plug-ins. */
export async function openServerNodes(
  { plugins: folders, devNodes }: Pick<MachineConfig, 'plugins' | 'devNodes'>,
  log: Logger,
): Promise<ServerNodes> {
  let plugins = await loadPlugins(folders);
  let catalog = catalogOfPlugins(plugins);
  for (const problem of plugins.problems) log.warn(problem);
  await plugins.close();

  function catalogOfPlugins({ nodes: pluginNodes, packages }: Plugins): Catalog<NodeDefinition> {
    return loadCatalog({ devNodes, pluginNodes, packages });
  }

  /** @returns whether anything is other than before */
  async function reload(): Promise<boolean> {
    const before = plugins;
    const now = await before.reload();
    await now.close();
    for (const problem of now.problems) if (!before.problems.includes(problem)) log.warn(problem);
    plugins = now;
    if (isSame(before, now)) return false;
    catalog = catalogOfPlugins(now);
    return true;
  }

  return {
    catalog: () => catalog,
    plugins: () => plugins,
    follow(onChange) {
      if (folders === undefined || folders.nodeFolders.length === 0) return () => {};
      let isOver = false;
      let turns = Promise.resolve();
      const stop = watchPlugins(folders, {
        onProblem: (words) => log.warn(words),
        onChange() {
          turns = turns
            .then(reload)
            .then((hasChanged) => {
              if (hasChanged && !isOver) onChange(plugins);
            })
            .catch((error: unknown) => log.error({ err: error }, 'plug-ins could not be loaded again'));
        },
      });
      return () => {
        isOver = true;
        stop();
      };
    },
  };
}

/** A plug-in that is as it was keeps its host. */
function isSame(a: Plugins, b: Plugins): boolean {
  return (
    a.problems.join() === b.problems.join() &&
    a.all.length === b.all.length &&
    a.all.every(({ host, folder }, i) => host === b.all[i]?.host && folder === b.all[i]?.folder)
  );
}
