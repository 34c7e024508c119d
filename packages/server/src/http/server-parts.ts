import type { Catalog, NodeDefinition } from '@unclip-studio/graph-core';
import type { RunState } from '@unclip-studio/protocol';
import type { ServerConfig } from '../config.js';
import type { EventBus } from '../events/event-bus.js';
import type { Gallery } from '../gallery/gallery.js';
import type { ModelLicenses } from '../models/model-licenses.js';
import type { Plugins } from '../plugins/load-plugins.js';
import type { RunService } from '../runs/run-service.js';
import type { Grant } from '../store/grants-table.js';
import type { Store } from '../store/store.js';
import type { DeviceReports } from './device-reports.js';
import type { ImageService } from './images/image-service.js';
import type { ImportService } from './imports/import-service.js';
import type { ModelFolders } from './model-folders.js';
import type { ModelManager } from './models/model-manager.js';
import type { AccessRules } from './security/check-request.js';
import type { Templates } from './templates.js';

/** What the pages of share links may see of their runs. */
export interface SharedRuns {
  /** Whether a form shows the results of a node. @throws Problem 404 if the workflow was deleted since */
  shows(grant: Grant, node: string): boolean;
  /**
   * Has previews made of a run for the next five seconds, and keeps the last one.
   *
   * @returns that one as a data URL; only of nodes that draw what the form shows
   */
  preview(grant: Grant, run: { readonly id: string; readonly state: RunState }): string | undefined;
  close(): void;
}

/** What routes work with. Made once for each server. */
export interface ServerParts {
  readonly config: ServerConfig;
  readonly rules: AccessRules;
  readonly store: Store;
  readonly runs: RunService;
  /** What routes change is published here. */
  readonly events: EventBus;
  /** The nodes that there are at the moment. */
  readonly catalog: Catalog<NodeDefinition>;
  /** As they are at the moment. */
  readonly plugins: Pick<Plugins, 'packages' | 'problems' | 'messagesOf'>;
  readonly models: ModelFolders;
  readonly modelManager: ModelManager;
  readonly licenses: ModelLicenses;
  readonly templates: Templates;
  readonly images: ImageService;
  readonly imports: ImportService;
  readonly devices: DeviceReports;
  readonly gallery: Gallery;
  readonly sharedRuns: SharedRuns;
  /** Wall time, for stored data. */
  nowMs(): number;
  /** The numbers for Prometheus, in its text format. */
  metrics(): Promise<string>;
}
