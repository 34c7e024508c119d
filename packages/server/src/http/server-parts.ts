import type { Catalog, NodeDefinition } from '@unclip-studio/graph-core';
import type { ServerConfig } from '../config.js';
import type { EventBus } from '../events/event-bus.js';
import type { Gallery } from '../gallery/gallery.js';
import type { ModelLicenses } from '../models/model-licenses.js';
import type { Plugins } from '../plugins/load-plugins.js';
import type { RunService } from '../runs/run-service.js';
import type { Store } from '../store/store.js';
import type { DeviceReports } from './device-reports.js';
import type { SharedRuns } from './grants/shared-runs.js';
import type { ImageService } from './images/image-service.js';
import type { ImportService } from './imports/import-service.js';
import type { ModelFolders } from './model-folders.js';
import type { ModelManager } from './models/model-manager.js';
import type { AccessRules } from './security/check-request.js';
import type { Templates } from './templates.js';

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
