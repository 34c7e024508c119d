import type {
  Deletion,
  Difference,
  GalleryFacets,
  GalleryPage,
  GalleryPicture,
  RecordedNode,
  Unstarred,
} from '@unclip-studio/protocol';
import { createServerClient, dataOf } from './server-client.js';

export interface PageRequest {
  readonly query: string;
  readonly order: 'newest' | 'oldest';
  readonly offset: number;
  readonly limit: number;
  readonly upTo?: number | undefined;
}

/** What the gallery asks of the server. Each throws Error with the server's own words. */
export interface GalleryClient {
  page(request: PageRequest): Promise<GalleryPage>;
  facets(): Promise<GalleryFacets>;
  similar(id: string): Promise<readonly GalleryPicture[]>;
  star(ids: readonly string[], starred: boolean): Promise<void>;
  remove(ids: readonly string[]): Promise<Deletion>;
  unstarred(): Promise<Unstarred>;
  removeUnstarred(upTo: number): Promise<Deletion>;
  restore(what: { readonly deletion: string } | { readonly outputs: readonly string[] }): Promise<number>;
  differences(a: string, b: string): Promise<readonly Difference[]>;
  /** Of the nodes that made it, each after what it reads. */
  settings(id: string): Promise<readonly RecordedNode[]>;
}

export function createGalleryClient(): GalleryClient {
  const server = createServerClient();
  const of = (output: string) => ({ params: { path: { output } } });
  return {
    page({ query: text, order, offset, limit, upTo }) {
      const query = {
        ...{ order, offset, limit, ...timeZone() },
        ...(text.trim() !== '' && { query: text }),
        ...(upTo !== undefined && { upTo }),
      };
      return dataOf(server.GET('/api/gallery', { params: { query } }));
    },
    facets: () => dataOf(server.GET('/api/gallery/facets', { params: { query: timeZone() } })),
    similar: async (id) => (await dataOf(server.GET('/api/gallery/{output}/similar', of(id)))).pictures,
    star: async (ids, starred) =>
      void (await dataOf(server.PUT('/api/gallery/stars', { body: { outputs: [...ids], starred } }))),
    remove: (ids) => dataOf(server.POST('/api/gallery/deletions', { body: { outputs: [...ids] } })),
    unstarred: () => dataOf(server.GET('/api/gallery/unstarred')),
    removeUnstarred: (unstarredUpTo) => dataOf(server.POST('/api/gallery/deletions', { body: { unstarredUpTo } })),
    async restore(what) {
      const body = 'outputs' in what ? { outputs: [...what.outputs] } : what;
      return (await dataOf(server.POST('/api/gallery/restorations', { body }))).changed;
    },
    async differences(output, other) {
      const request = { params: { path: { output }, query: { other } } };
      return (await dataOf(server.GET('/api/gallery/{output}/differences', request))).differences;
    },
    settings: async (id) => (await dataOf(server.GET('/api/outputs/{output}/receipt', of(id)))).record?.nodes ?? [],
  };
}

/** Dates in a search are those of this browser's clock; a zone that it calls by no name is left to the server. */
function timeZone(): { readonly timeZone?: string } {
  const { timeZone: name } = Intl.DateTimeFormat().resolvedOptions();
  return name === undefined || name === '' ? {} : { timeZone: name };
}
