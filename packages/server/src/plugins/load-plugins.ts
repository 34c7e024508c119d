import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { MAX_PLUGIN_CALL_MS, MAX_PLUGIN_MEMORY_BYTES } from '../limits.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { PluginError } from './plugin-errors.js';
import { type FoundPlugin, findPlugins, type PluginFolders } from './plugin-folders.js';
import type { PluginHost } from './plugin-host.js';
import { type PluginLock, readPluginLock } from './plugin-lock.js';
import type { PluginLimits } from './plugin-process.js';
import type { Grants } from './plugin-services.js';

export interface Plugins {
  readonly all: readonly LoadedPlugin[];
  readonly nodes: readonly UnclipNode[];
  readonly problems: readonly string[];
  /** Ends the threads and processes of all. */
  close(): Promise<void>;
}

export interface LoadPluginsOptions {
  readonly limits?: PluginLimits;
  /** Told what plug-ins print, with their names. */
  onLog?(text: string): void;
}

const LIMITS: PluginLimits = { memoryBytes: MAX_PLUGIN_MEMORY_BYTES, callMs: MAX_PLUGIN_CALL_MS };
const NONE: Plugins = { all: [], nodes: [], problems: [], close: async () => {} };

/** Finds and loads the plug-ins of an operator. One that is wrong leaves the others as they are. */
export async function loadPlugins(
  folders: PluginFolders | undefined,
  options: LoadPluginsOptions = {},
): Promise<Plugins> {
  const found = folders === undefined ? [] : findPlugins(folders);
  if (folders === undefined || found.length === 0) return NONE;
  try {
    return await loadAll(found, readPluginLock(folders.dataFolder), options);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    // Nobody knows what was granted, so nothing is.
    const plugins = await loadAll(found, {}, options);
    return { ...plugins, problems: [error.message, ...plugins.problems] };
  }
}

/** One plug-in by itself, with these grants. */
export async function loadPluginFolder(
  folder: string,
  grants: Partial<Grants>,
  onLog: LoadPluginsOptions['onLog'],
): Promise<Plugins> {
  const decided = { grants: { onnx: false, files: {}, ...grants, network: [...(grants.network ?? [])] } };
  const { readManifest } = await import('./manifest.js');
  const { name } = readManifest(folder);
  return loadAll([{ folder, isInstalled: false }], { [name]: decided }, { ...(onLog && { onLog }) });
}

async function loadAll(found: readonly FoundPlugin[], lock: PluginLock, options: LoadPluginsOptions): Promise<Plugins> {
  const hosts: PluginHost[] = [];
  const names = new Set<string>();
  const all: LoadedPlugin[] = [];
  // Loaded only where there are any: most have none.
  const { loadPlugin } = await import('./load-plugin.js');
  for (const one of found) {
    const loaded = await loadPlugin(one, {
      lock,
      names,
      hosts,
      limits: options.limits ?? LIMITS,
      onLog: options.onLog,
    });
    all.push(loaded);
  }
  return {
    all,
    nodes: all.flatMap(({ nodes }) => nodes),
    problems: all.flatMap(({ problem }) => problem ?? []),
    close: async () => void (await Promise.all(hosts.map((host) => host.close()))),
  };
}
