import { join } from 'node:path';
import type { ModelHealth } from '@unclip-studio/protocol';
import { processFile } from '../../common/process-file.js';
import type { ServerConfig } from '../../config.js';
import type { EventBus } from '../../events/event-bus.js';
import { INSPECT_TASK_MS, MAX_WAITING_INSPECTIONS } from '../../limits.js';
import { createDownloadedModels, type DownloadedModels } from '../../models/downloaded-models.js';
import { createInstalledModels, type FoundModel, type InstalledModels } from '../../models/installed-models.js';
import { createModelDownloads, type ModelDownloads } from '../../models/model-downloads.js';
import type { Logger } from '../log.js';
import { createTaskProcess } from '../task-process.js';
import type { InspectTask } from './inspect-process.js';

/** The installed models, and how more come and some go. */
export interface ModelManager {
  readonly installed: InstalledModels;
  readonly downloaded: DownloadedModels;
  readonly downloads: ModelDownloads;
  /** @throws TooManyTasks, TaskTooLong */
  inspect(model: FoundModel): Promise<ModelHealth>;
  close(): Promise<void>;
}

interface ModelManagerOptions {
  readonly config: ServerConfig;
  readonly events: EventBus;
  readonly log: Logger;
  nowMs(): number;
}

const PURGE_EVERY_MS = 3_600_000;

/** Continues downloads of an earlier server, and deletes old files from the trash. */
export async function startModelManager({ config, events, log, nowMs }: ModelManagerOptions): Promise<ModelManager> {
  const { modelFolders: roots, machineCacheFolder: cacheFolder, pickles = true } = config.machine;
  const onError = (error: unknown) => log.error({ err: error }, 'models could not be managed');
  const downloaded = createDownloadedModels(config.ownModelsFolder, nowMs);
  const downloads = createModelDownloads({
    ...{ downloaded, nowMs, onError },
    hub: config.hub,
    stateFolder: join(config.dataFolder, 'model-downloads'),
    onChange: (download) => events.publish({ type: 'model-download-changed', download }),
    onRemove: (id) => events.publish({ type: 'model-download-removed', id }),
    onInstalled: () => events.publish({ type: 'models-changed' }),
  });
  const inspections = createTaskProcess<InspectTask, ModelHealth>({
    script: processFile('inspect-process'),
    what: 'inspection',
    maxMs: INSPECT_TASK_MS,
    maxWaiting: MAX_WAITING_INSPECTIONS,
  });
  const purge = () => void downloaded.purgeExpired().catch(onError);
  purge();
  const timer = setInterval(purge, PURGE_EVERY_MS).unref();
  await downloads.begin();
  return {
    ...{ downloaded, downloads },
    installed: createInstalledModels({ roots, pickles, downloaded }),
    inspect: ({ type, path }) => inspections.run(() => ({ type, path, cacheFolder, pickles })),
    async close() {
      clearInterval(timer);
      inspections.close();
      await downloads.close();
    },
  };
}
