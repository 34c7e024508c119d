import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where an operator has third-party nodes. Plain data, so that it can be passed to the worker. */
export interface PluginFolders {
  /** Absolute; each a plug-in, or a folder of plug-ins: those named with `--nodes`. */
  readonly nodeFolders: readonly string[];
  /** Absolute; contains `nodes/`, with plug-ins as folders, and `plugins/`, with the added ones. */
  readonly dataFolder: string;
}

export interface FoundPlugin {
  readonly folder: string;
  /** It was added with `plugins add`, so that it must be as it was then. */
  readonly isInstalled: boolean;
}

/** All folders that contain a plug-in, those given by the operator first. */
export function findPlugins({ nodeFolders, dataFolder }: PluginFolders): readonly FoundPlugin[] {
  const own = ownFolders({ nodeFolders, dataFolder }).flatMap(pluginsAt);
  const installed = childrenOf(installedFolder(dataFolder));
  return [
    ...[...new Set(own)].map((folder) => ({ folder, isInstalled: false })),
    ...installed.map((folder) => ({ folder, isInstalled: true })),
  ];
}

/** The folders with plug-ins that an operator edits. */
export function ownFolders({ nodeFolders, dataFolder }: PluginFolders): string[] {
  return [...nodeFolders, join(dataFolder, 'nodes')];
}

/** The folder of the added ones. */
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
