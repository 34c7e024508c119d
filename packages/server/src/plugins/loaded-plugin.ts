import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import type { PluginManifest } from './manifest.js';
import type { LockedPlugin } from './plugin-lock.js';

/** A plug-in that was found, with its nodes or with what is wrong with it. */
export interface LoadedPlugin {
  readonly folder: string;
  readonly isInstalled: boolean;
  /** Left out where it cannot be read. */
  readonly manifest?: PluginManifest;
  readonly sha256?: string;
  readonly decided?: LockedPlugin;
  readonly nodes: readonly UnclipNode[];
  /** In words, with the name of the plug-in. */
  readonly problem?: string;
}
