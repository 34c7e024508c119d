import type { OutputRecord } from '@unclip-studio/graph-core';
import { requestJson } from '../api/http-client.js';

/** A kept picture. */
export interface GalleryPicture extends OutputRecord {
  readonly title: string;
  readonly starred: boolean;
  readonly prompt: string;
  readonly model: string;
  readonly deletedAt?: string;
}

export interface GalleryPage {
  readonly pictures: readonly GalleryPicture[];
  /** How many fit in all. */
  readonly total: number;
  /** Goes with further pages, so that places stay. */
  readonly upTo: number;
}

export interface PageRequest {
  readonly query: string;
  readonly order: 'newest' | 'oldest';
  readonly offset: number;
  readonly limit: number;
  readonly upTo?: number | undefined;
}

export interface GalleryFacets {
  readonly models: readonly { readonly name: string; readonly count: number }[];
  readonly months: readonly { readonly month: string; readonly count: number }[];
  readonly starred: number;
  readonly deleted: number;
}

export interface Deletion {
  readonly deletion: string;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface Difference {
  readonly node: string;
  readonly words: string;
}

export interface RecordedSettings {
  readonly id: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** What the gallery asks of the server. Each throws Error with the server's own words. */
export interface GalleryClient {
  page(request: PageRequest): Promise<GalleryPage>;
  facets(): Promise<GalleryFacets>;
  similar(id: string): Promise<readonly GalleryPicture[]>;
  star(ids: readonly string[], starred: boolean): Promise<void>;
  remove(ids: readonly string[]): Promise<Deletion>;
  unstarred(): Promise<{ readonly count: number; readonly sizeBytes: number; readonly upTo: number }>;
  removeUnstarred(upTo: number): Promise<Deletion>;
  restore(what: { readonly deletion: string } | { readonly outputs: readonly string[] }): Promise<number>;
  differences(a: string, b: string): Promise<readonly Difference[]>;
  /** Of the nodes that made it, each after what it reads. */
  settings(id: string): Promise<readonly RecordedSettings[]>;
}

export function createGalleryClient(): GalleryClient {
  return {
    page({ query, order, offset, limit, upTo }) {
      const params = new URLSearchParams({ order, offset: String(offset), limit: String(limit), ...timeZone() });
      if (query.trim() !== '') params.set('query', query);
      if (upTo !== undefined) params.set('upTo', String(upTo));
      return get(`api/gallery?${params}`);
    },
    facets: () => get(`api/gallery/facets?${new URLSearchParams(timeZone())}`),
    similar: async (id) => (await get<{ pictures: readonly GalleryPicture[] }>(`${pathOf(id)}/similar`)).pictures,
    star: (outputs, starred) => send('PUT', 'api/gallery/stars', { outputs, starred }),
    remove: (outputs) => send('POST', 'api/gallery/deletions', { outputs }),
    unstarred: () => get('api/gallery/unstarred'),
    removeUnstarred: (unstarredUpTo) => send('POST', 'api/gallery/deletions', { unstarredUpTo }),
    restore: async (what) => (await send<{ changed: number }>('POST', 'api/gallery/restorations', what)).changed,
    async differences(a, b) {
      const path = `${pathOf(a)}/differences?other=${encodeURIComponent(b)}`;
      return (await get<{ differences: readonly Difference[] }>(path)).differences;
    },
    async settings(id) {
      const path = `api/outputs/${encodeURIComponent(id)}/receipt`;
      const { record } = await get<{ record?: { nodes: readonly RecordedSettings[] } }>(path);
      return record?.nodes ?? [];
    },
  };
}

/** Dates in a search are those of this browser's clock; a zone that it calls by no name is left to the server. */
function timeZone(): { readonly timeZone?: string } {
  const { timeZone: name } = Intl.DateTimeFormat().resolvedOptions();
  return name === undefined || name === '' ? {} : { timeZone: name };
}

function pathOf(id: string): string {
  return `api/gallery/${encodeURIComponent(id)}`;
}

function get<T>(path: string): Promise<T> {
  return requestJson<T>(path, { headers: { accept: 'application/json' } });
}

function send<T>(method: 'PUT' | 'POST', path: string, body: unknown): Promise<T> {
  return requestJson<T>(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}
