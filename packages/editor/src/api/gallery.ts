import { dataOf, type ServerClient } from '@unclip-studio/client';

export interface PageRequest {
  readonly query: string;
  readonly order: 'newest' | 'oldest';
  readonly offset: number;
  readonly limit: number;
  readonly upTo?: number | undefined;
}

/** All images that were ever made. */
export function createGalleryApi(server: ServerClient) {
  const of = (output: string) => ({ params: { path: { output } } });
  return {
    page({ query: text, order, offset, limit, upTo }: PageRequest) {
      const query = {
        ...{ order, offset, limit, ...timeZone() },
        ...(text.trim() !== '' && { query: text }),
        ...(upTo !== undefined && { upTo }),
      };
      return dataOf(server.GET('/api/gallery', { params: { query } }));
    },
    facets: () => dataOf(server.GET('/api/gallery/facets', { params: { query: timeZone() } })),
    similar: async (id: string) => (await dataOf(server.GET('/api/gallery/{output}/similar', of(id)))).pictures,
    star: async (ids: readonly string[], starred: boolean) =>
      void (await dataOf(server.PUT('/api/gallery/stars', { body: { outputs: [...ids], starred } }))),
    moveTo: async (ids: readonly string[], board: string | null): Promise<number> =>
      (await dataOf(server.PUT('/api/gallery/board', { body: { outputs: [...ids], board } }))).changed,
    remove: (ids: readonly string[]) => dataOf(server.POST('/api/gallery/deletions', { body: { outputs: [...ids] } })),
    unstarred: () => dataOf(server.GET('/api/gallery/unstarred')),
    removeUnstarred: (unstarredUpTo: number) =>
      dataOf(server.POST('/api/gallery/deletions', { body: { unstarredUpTo } })),
    async restore(what: { readonly deletion: string } | { readonly outputs: readonly string[] }): Promise<number> {
      const body = 'outputs' in what ? { outputs: [...what.outputs] } : what;
      return (await dataOf(server.POST('/api/gallery/restorations', { body }))).changed;
    },
    async differences(output: string, other: string) {
      const request = { params: { path: { output }, query: { other } } };
      return (await dataOf(server.GET('/api/gallery/{output}/differences', request))).differences;
    },
    /** The nodes that made it, each after its inputs. */
    settings: async (id: string) =>
      (await dataOf(server.GET('/api/outputs/{output}/receipt', of(id)))).record?.nodes ?? [],
  };
}

export type GalleryApi = ReturnType<typeof createGalleryApi>;

/** Dates in a search use this browser's time zone; if it has no name, the server's. */
function timeZone(): { readonly timeZone?: string } {
  const { timeZone: name } = Intl.DateTimeFormat().resolvedOptions();
  return name === undefined || name === '' ? {} : { timeZone: name };
}
