import type { PluginFolders } from './plugins/plugin-folders.js';
import type { SigningFiles } from './services/c2pa/signing-key.js';

/** `auto` is a TAESD where there is one and it takes little time, and else the linear map. */
export type PreviewMethod = (typeof PREVIEW_METHODS)[number];

export const PREVIEW_METHODS = ['auto', 'linear', 'taesd', 'none'] as const;

/** What a process needs to evaluate runs on its machine, whether a server started it or `unclip worker`. */
export interface MachineConfig {
  /** Absolute; folders that hold checkpoints, searched in this order. */
  readonly modelFolders: readonly string[];
  /** Memory limit for loaded models; a default for the machine when left out. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Whether pickles are read, as data; they are when left out. */
  readonly pickles?: boolean | undefined;
  /** What models run on: `auto`, or the name of a device; the CPU when left out. */
  readonly device?: string | undefined;
  /** Absolute; where it is kept what devices showed of themselves. See `machineCacheFolder`. */
  readonly machineCacheFolder?: string | undefined;
  /** How previews are drawn during sampling; `auto` when left out. */
  readonly previews?: PreviewMethod | undefined;
  /** Of the results kept in memory from run to run. */
  readonly cacheBytes: number;
  /** Where nodes of others are found; left out, there are none. */
  readonly plugins?: PluginFolders | undefined;
  /** With what C2PA manifests of saved images are signed; left out, they have none. */
  readonly c2pa?: SigningFiles | undefined;
  /** Adds the nodes of dev-nodes.ts, some of which end the worker on purpose. */
  readonly devNodes: boolean;
  /** For tests: makes models fail on purpose, as `readInjectedFailure` says. */
  readonly injectedFailure?: string | undefined;
}
