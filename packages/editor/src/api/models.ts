import { dataOf, type ServerClient } from '@unclip-studio/client';
import type {
  DownloadOffer,
  InstalledModel,
  ModelDeletion,
  ModelDownload,
  ModelHealth,
  ModelLicenseDetail,
} from '@unclip-studio/protocol';

export interface DownloadChoice {
  readonly repository: string;
  readonly type?: string;
  readonly file?: string;
  readonly variant?: 'full' | 'fp16';
}

export interface InstalledList {
  readonly models: readonly InstalledModel[];
  /** All that there can be. */
  readonly types: readonly string[];
  readonly folder: string;
  readonly freeBytes: number;
}

const at = (model: string) => ({ params: { path: { model } } });

/** Installed models, downloads and deleted models. */
export function createModelsApi(server: ServerClient) {
  return {
    list: (type?: string): Promise<InstalledList> =>
      dataOf(server.GET('/api/models/installed', { params: { query: type === undefined ? {} : { type } } })),
    health: (model: string): Promise<ModelHealth> =>
      dataOf(server.GET('/api/models/installed/{model}/health', at(model))),
    license: (model: string, type: string): Promise<ModelLicenseDetail> =>
      dataOf(server.GET('/api/models/{model}/licence', { params: { path: { model }, query: { type } } })),
    thumbnailUrl: (model: string, side = 256) => `api/models/installed/${model}/thumbnail?side=${side}`,
    offer: (choice: DownloadChoice): Promise<DownloadOffer> =>
      dataOf(server.POST('/api/models/offers', { body: choice })),
    download: (choice: DownloadChoice, acceptedLicense: string): Promise<ModelDownload> =>
      dataOf(server.POST('/api/models/downloads', { body: { ...choice, acceptedLicense } })),
    downloads: async (): Promise<readonly ModelDownload[]> =>
      (await dataOf(server.GET('/api/models/downloads'))).downloads,
    resume: (download: string): Promise<ModelDownload> =>
      dataOf(server.POST('/api/models/downloads/{download}/resume', { params: { path: { download } } })),
    cancel: async (download: string): Promise<void> =>
      void (await dataOf(server.DELETE('/api/models/downloads/{download}', { params: { path: { download } } }))),
    deletions: async (): Promise<readonly ModelDeletion[]> =>
      (await dataOf(server.GET('/api/models/deletions'))).deletions,
    remove: (model: string): Promise<ModelDeletion> =>
      dataOf(server.POST('/api/models/deletions', { body: { model } })),
    restore: async (deletion: string): Promise<void> =>
      void (await dataOf(server.POST('/api/models/deletions/{deletion}/restore', { params: { path: { deletion } } }))),
    purge: async (deletion: string): Promise<void> =>
      void (await dataOf(server.DELETE('/api/models/deletions/{deletion}', { params: { path: { deletion } } }))),
  };
}

export type ModelsApi = ReturnType<typeof createModelsApi>;
