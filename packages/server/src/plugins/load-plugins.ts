import type { NodeMessages, NodePackage, Workflow } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { MAX_PLUGIN_CALL_MS, MAX_PLUGIN_MEMORY_BYTES } from '../limits.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { PluginError } from './plugin-errors.js';
import { type FoundPlugin, findPlugins, type PluginFolders } from './plugin-folders.js';
import { type PluginLock, readPluginLock } from './plugin-lock.js';
import type { PluginLimits } from './plugin-process.js';
import type { Grants } from './plugin-services.js';

export interface Plugins {
  readonly all: readonly LoadedPlugin[];
  readonly nodes: readonly UnclipNode[];
  readonly packages: readonly NodePackage[];
  readonly problems: readonly string[];
  /** Example workflows, each named `PACKAGE/NAME`. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** The texts of one plug-in's nodes in a language. */
  messagesOf(packageName: string, language: string): NodeMessages | undefined;
  /**
   * The current plug-ins. Unchanged ones continue; if one has errors now, its previous nodes continue. Replaced ones
   * end by themselves once they are unused.
   */
  reload(): Promise<Plugins>;
  /** Ends the threads and processes of all; evaluating a node later starts them again. */
  close(): Promise<void>;
}

export interface LoadPluginsOptions {
  readonly limits?: PluginLimits;
  /** Called with the console output of plug-ins, with their names. */
  onLog?(text: string): void;
}

const LIMITS: PluginLimits = { memoryBytes: MAX_PLUGIN_MEMORY_BYTES, callMs: MAX_PLUGIN_CALL_MS };

/** Finds and loads the plug-ins of an operator. One that is wrong leaves the others as they are. */
export async function loadPlugins(
  folders: PluginFolders | undefined,
  options: LoadPluginsOptions = {},
): Promise<Plugins> {
  return loadAgain(folders, options, []);
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
  const options = onLog ? { onLog } : {};
  const load = async (before: readonly LoadedPlugin[]): Promise<Plugins> => {
    const all = await loadAll([{ folder, isInstalled: false }], { [name]: decided }, { options, before });
    return toPlugins(all, [], () => load(all));
  };
  return load([]);
}

async function loadAgain(
  folders: PluginFolders | undefined,
  options: LoadPluginsOptions,
  before: readonly LoadedPlugin[],
): Promise<Plugins> {
  const found = folders === undefined ? [] : findPlugins(folders);
  const { lock, problems } = readLock(folders, found);
  const all = await loadAll(found, lock, { options, before });
  return toPlugins(all, problems, () => loadAgain(folders, options, all));
}

function readLock(folders: PluginFolders | undefined, found: readonly FoundPlugin[]) {
  if (folders === undefined || found.length === 0) return { lock: {}, problems: [] };
  try {
    return { lock: readPluginLock(folders.dataFolder), problems: [] };
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    // The granted permissions are unknown, so there are none.
    return { lock: {}, problems: [error.message] };
  }
}

interface Before {
  readonly options: LoadPluginsOptions;
  readonly before: readonly LoadedPlugin[];
}

async function loadAll(
  found: readonly FoundPlugin[],
  lock: PluginLock,
  { options, before }: Before,
): Promise<readonly LoadedPlugin[]> {
  if (found.length === 0 && before.length === 0) return [];
  const names = new Set<string>();
  const all: LoadedPlugin[] = [];
  // Loaded only where there are any: most have none.
  const { loadPlugin } = await import('./load-plugin.js');
  const loading = { lock, names, limits: options.limits ?? LIMITS, onLog: options.onLog };
  for (const one of found) {
    const earlier = before.find(({ folder }) => folder === one.folder);
    all.push(await loadPlugin(one, loading, earlier));
  }
  const kept = new Set(all.map(({ host }) => host));
  for (const { host } of before) if (!kept.has(host)) void host?.retire();
  return all;
}

function toPlugins(all: readonly LoadedPlugin[], problems: readonly string[], reload: () => Promise<Plugins>): Plugins {
  return {
    all,
    nodes: all.flatMap(({ nodes }) => nodes),
    packages: all.flatMap(({ manifest, described }) =>
      manifest && described
        ? [{ name: manifest.name, version: manifest.version, migrations: described.migrations }]
        : [],
    ),
    problems: [...problems, ...all.flatMap(({ problem }) => problem ?? [])],
    workflows: new Map(
      all.flatMap(({ manifest, described }) =>
        [...(described?.workflows ?? [])].map(([name, workflow]) => [`${manifest?.name}/${name}`, workflow] as const),
      ),
    ),
    messagesOf(packageName, language) {
      const messages = all.find(({ manifest }) => manifest?.name === packageName)?.described?.messages ?? {};
      return Object.hasOwn(messages, language) ? messages[language] : undefined;
    },
    reload,
    close: async () => void (await Promise.all(all.map(({ host }) => host?.close()))),
  };
}
