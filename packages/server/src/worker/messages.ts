import type { MachineConfig } from '../machine-config.js';
import type { ResultStoreOptions } from '../services/results/result-store.js';
import type { StoreAddress } from '../store/bytes/store-address.js';

/** The configuration of a worker, passed when it is forked. */
export interface WorkerConfig extends MachineConfig {
  readonly blobsFolder: string;
  /**
   * The shared location of images and results instead, for all machines; `results` is then this machine's cache of
   * them, if it is S3.
   */
  readonly store?: StoreAddress | undefined;
  /** Folders with images that a workflow may name besides uploaded ones. */
  readonly imageFolders: readonly string[];
  /** Of one image, width times height; see `MAX_IMAGE_PIXELS`. */
  readonly maxImagePixels?: number | undefined;
  /** Where results outlive the worker; left out, none do. */
  readonly results?: ResultStoreOptions | undefined;
  /** Interval of the worker's heartbeat. */
  readonly heartbeatMs: number;
}
