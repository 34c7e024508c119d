import { type QueryKey, type UseQueryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ApiClient, InstalledCheckpoint, StoredImage } from '../api/client.js';
import { queries } from '../api/queries.js';
import { useSession } from './session.js';

/** What the server has answered, for all who ask the same. @param query one of `queries` */
export function useServer<Data, Key extends QueryKey>(
  query: (api: ApiClient) => UseQueryOptions<Data, Error, Data, Key>,
): UseQueryResult<Data> {
  const { api } = useSession();
  return useQuery(query(api), api.cache);
}

/**
 * The installed checkpoints, or models of another kind; `undefined` until the server has answered.
 *
 * @param model as a param calls the kind
 */
export function useCheckpoints(model?: string): readonly InstalledCheckpoint[] | undefined {
  return useServer((api) => queries.checkpoints(api, model)).data;
}

/** The image of a param: `undefined` until the server has answered, `null` if there is none. */
export function useStoredImage(reference: string): StoredImage | null | undefined {
  const { data, failureCount } = useServer((api) => ({
    ...queries.storedImage(api, reference),
    enabled: reference !== '',
  }));
  return data === undefined && failureCount > 0 ? null : data;
}
