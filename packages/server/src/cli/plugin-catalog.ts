import type { Catalog } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { loadCatalog } from '../engine/catalog.js';
import { loadPlugins, type Plugins } from '../plugins/load-plugins.js';
import type { PluginFolders } from '../plugins/plugin-folders.js';
import type { CommandContext } from './terminal.js';

/** All nodes for a command, including plug-ins; problems of a plug-in are reported as warnings. */
export async function loadPluginCatalog(
  { nodeFolders, dataFolder }: Pick<PluginFolders, 'nodeFolders' | 'dataFolder'>,
  { terminal }: Pick<CommandContext, 'terminal'>,
): Promise<{ readonly catalog: Catalog<UnclipNode>; readonly plugins: Plugins }> {
  const plugins = await loadPlugins({ nodeFolders, dataFolder }, { onLog: (text) => terminal.err(text) });
  for (const problem of plugins.problems) terminal.err(`Warning: ${problem}`);
  return { catalog: loadCatalog({ pluginNodes: plugins.nodes, packages: plugins.packages }), plugins };
}
