/** What a process needs to evaluate runs on its machine, whether a server started it or `unclip worker`. */
export interface MachineConfig {
  /** Absolute; folders that hold checkpoints, searched in this order. */
  readonly modelFolders: readonly string[];
  /** What loaded models may take together; what the machine bears when left out. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Whether pickles are read, as data; they are when left out. */
  readonly pickles?: boolean | undefined;
  /** What models run on: `auto`, or the name of a device; the CPU when left out. */
  readonly device?: string | undefined;
  /** Absolute; where it is kept what devices showed of themselves. See `machineCacheFolder`. */
  readonly machineCacheFolder?: string | undefined;
  /** Of the results kept in memory from run to run. */
  readonly cacheBytes: number;
  /** Adds the nodes of dev-nodes.ts, some of which end the worker on purpose. */
  readonly devNodes: boolean;
}
