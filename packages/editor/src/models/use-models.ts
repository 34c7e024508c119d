import type { InstalledModel, ModelDeletion, ModelDownload } from '@unclip-studio/protocol';
import { useCallback } from 'react';
import { errorWords } from '../api/error-words.js';
import type { InstalledList } from '../api/models.js';
import { queries } from '../api/queries.js';
import { hasWordsOf } from '../catalog/search-nodes.js';
import { useServer } from '../session/server-data.js';

/** The data about the models. */
export interface ModelsData {
  /** `undefined` until the server has answered. */
  readonly list: InstalledList | undefined;
  readonly downloads: readonly ModelDownload[];
  readonly deletions: readonly ModelDeletion[];
  readonly problem: string | undefined;
  /** Fetches again, for example after a local change. */
  refresh(): void;
}

/** @param type of models; all when left out */
export function useModels(type?: string): ModelsData {
  const list = useServer((api) => queries.installedModels(api, type));
  const downloads = useServer(queries.modelDownloads);
  const deletions = useServer(queries.modelDeletions);
  const failure = [list, downloads, deletions].map((one) => one.failureReason).find((reason) => reason !== null);
  const [refetchList, refetchDownloads, refetchDeletions] = [list.refetch, downloads.refetch, deletions.refetch];
  const refresh = useCallback(() => {
    for (const refetch of [refetchList, refetchDownloads, refetchDeletions]) void refetch();
  }, [refetchList, refetchDownloads, refetchDeletions]);
  return {
    list: list.data,
    downloads: downloads.data ?? [],
    deletions: deletions.data ?? [],
    problem: failure === undefined ? undefined : errorWords(failure),
    refresh,
  };
}

/** The models in which each word of a search stands: in the name, the type, the family or the trigger words. */
export function findModels(models: readonly InstalledModel[], search: string): readonly InstalledModel[] {
  const fits = hasWordsOf(search);
  return models.filter(({ name, type, family = '', triggerWords }) =>
    fits([name, type, family, ...triggerWords].join('\n')),
  );
}
