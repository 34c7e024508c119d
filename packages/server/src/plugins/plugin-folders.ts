import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where an operator has nodes of others. Plain data, so that it can be handed to the worker. */
export interface PluginFolders {
  /** Absolute; each a plug-in, or a folder of plug-ins: those named with `--nodes`. */
  readonly nodeFolders: readonly string[];
  /** Absolute; holds `nodes/`, with plug-ins as folders, and `plugins/`, with those that were added. */
  readonly dataFolder: string;
}

export interface FoundPlugin {
  readonly folder: string;
  /** It was added with `plugins add`, so that it must be as it was then. */
  readonly isInstalled: boolean;
}

/** All folders that hold a plug-in, those that the operator named first. */
export function findPlugins({ nodeFolders, dataFolder }: PluginFolders): readonly FoundPlugin[] {
  const own = ownFolders({ nodeFolders, dataFolder }).flatMap(pluginsAt);
  const installed = childrenOf(installedFolder(dataFolder));
  return [
    ...[...new Set(own)].map((folder) => ({ folder, isInstalled: false })),
    ...installed.map((folder) => ({ folder, isInstalled: true })),
  ];
}

/** The folders in which plug-ins lie that an operator edits. */
export function ownFolders({ nodeFolders, dataFolder }: PluginFolders): string[] {
  return [...nodeFolders, join(dataFolder, 'nodes')];
}

/** The folder of those that were added. */
export function installedFolder(dataFolder: string): string {
  return join(dataFolder, 'plugins');
}

function pluginsAt(folder: string): readonly string[] {
  return existsSync(join(folder, 'package.json')) ? [folder] : childrenOf(folder);
}

function childrenOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && existsSync(join(folder, name, 'package.json')))
    .map(({ name }) => join(folder, name))
    .sort();
}
