import { MAX_REQUEST_BYTES } from '@unclip-studio/graph-core';
import type { HubSettings } from './hub/hub-settings.js';
import { MAX_IMAGE_PIXELS } from './limits.js';
import type { MachineConfig } from './machine-config.js';
import type { QueueAddress } from './queue/queue-address.js';
import { maxImageFileBytes } from './services/image-header.js';
import type { StoreAddress } from './store/bytes/store-address.js';

/** What the operator decides about one server. */
export interface ServerConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absolute; holds everything that outlives a run. */
  readonly dataFolder: string;
  /** Of the process that evaluates here; workers on other machines have their own. */
  readonly machine: MachineConfig;
  /** Absolute; example workflows, only ever read. `undefined`: there are none. */
  readonly templatesFolder?: string | undefined;
  /** Absolute; the images of the examples, put among the user's own at the first start. `undefined`: there are none. */
  readonly exampleImagesFolder?: string | undefined;
  /** Absolute; the built editor. `undefined`: a small page is served instead. */
  readonly editorFolder?: string | undefined;
  /** Set by the operator; left out, one is made and kept in the data folder. */
  readonly token?: string | undefined;
  /** Further host names of this server. */
  readonly allowedHosts: readonly string[];
  /** Further pages that may use it. */
  readonly allowedOrigins: readonly string[];
  /** Below the origin, with a slash at both ends, where a proxy passes on only a part of its addresses; `/` if left out. */
  readonly basePath?: string;
  /** The number of trusted proxies, whose `X-Forwarded-For` and `-Proto` are used; 0 if left out. */
  readonly trustedProxies?: number;
  /** PEM; the server speaks https with it. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Of results kept on disk, which outlive the server; left out or 0, none are. */
  readonly resultBytes?: number;
  /** See `RunServiceOptions`; {@link DEFAULT_HISTORY_RUNS} when left out. */
  readonly historyRuns?: number;
  /** The location of images and results, if not in the data folder. */
  readonly store?: StoreAddress | undefined;
  /** Absolute; where models are downloaded to, and deleted from. */
  readonly ownModelsFolder: string;
  /** Names of models whose licence the operator accepts by an option, or `all`. */
  readonly acceptedLicenses?: readonly string[];
  /** Which hub models are downloaded from. */
  readonly hub: HubSettings;
  /** Dispatches runs to workers on other machines; left out, its own worker process evaluates them. */
  readonly queue?: QueueAddress | undefined;
  /** Answers to clients of ComfyUI as its server does. */
  readonly comfyui?: boolean;
  /** The folder of ComfyUI's own page, with its index.html; it is served at `/comfyui/`. */
  readonly comfyuiPageFolder?: string | undefined;
  /** Whether ComfyUI's clients get half-done images; they do when left out. */
  readonly comfyuiPreviews?: boolean;
  /** Who is notified of the end of runs. */
  readonly webhooks?: WebhookConfig;
  readonly limits: ServerLimits;
}

export interface WebhookConfig {
  /** Notified of every run except previews. */
  readonly addresses: readonly string[];
  /** As `whsec_BASE64`; left out, one is made and kept in the data folder. */
  readonly secret?: string | undefined;
  /** How long to wait after each failed attempt, until none is left; some nine hours in all when left out. */
  readonly retryDelaysMs?: readonly number[];
}

export interface ServerLimits {
  readonly bodyBytes: number;
  /** Of one workflow. */
  readonly nodes: number;
  readonly uploadBytes: number;
  /** Of one image, width times height. */
  readonly imagePixels: number;
  /** Waiting runs. */
  readonly queue: number;
  /** Write requests of one client in ten seconds. */
  readonly changes: number;
  /** Read requests of one client in ten seconds. */
  readonly reads: number;
  /** Open at one time. */
  readonly eventClients: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: MAX_REQUEST_BYTES,
  nodes: 5000,
  uploadBytes: maxImageFileBytes(MAX_IMAGE_PIXELS),
  imagePixels: MAX_IMAGE_PIXELS,
  queue: 1000,
  changes: 600,
  reads: 6000,
  eventClients: 256,
};

/** Of the runs that have ended. A run takes some kilobytes, so this is the work of weeks in tens of megabytes. */
export const DEFAULT_HISTORY_RUNS = 10_000;

/** The configuration is unsafe or impossible. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
