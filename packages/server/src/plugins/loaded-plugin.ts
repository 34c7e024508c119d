import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import type { PluginManifest } from './manifest.js';
import type { PluginDescription } from './plugin-description.js';
import type { PluginHost } from './plugin-host.js';
import type { LockedPlugin } from './plugin-lock.js';

/** A plug-in that was found, with its nodes or its errors. */
export interface LoadedPlugin {
  readonly folder: string;
  readonly isInstalled: boolean;
  /** Left out where it cannot be read. */
  readonly manifest?: PluginManifest;
  readonly sha256?: string;
  readonly decided?: LockedPlugin;
  readonly nodes: readonly UnclipNode[];
  /** Left out where it cannot be loaded, as is `host`. */
  readonly described?: PluginDescription;
  readonly host?: PluginHost;
  /** A message with the name of the plug-in; if there are nodes anyway, they are those of its last working version. */
  readonly problem?: string;
}
