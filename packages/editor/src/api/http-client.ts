import type { QueryClient } from '@tanstack/react-query';
import { createServerClient, dataOf, fileRequest, type ServerClient } from '@unclip-studio/client';
import type { ImageRecord, ModelRecord } from '@unclip-studio/protocol';
import { pageLanguage } from '../messages/texts.js';
import { formatBytes } from '../ui/format.js';
import {
  type ApiClient,
  createServerApi,
  type Definitions,
  type ImageStore,
  type InstalledCheckpoint,
  type StoredImage,
} from './client.js';
import { createQueryClient, IMAGES } from './queries.js';

export function createHttpClient(server: ServerClient = createServerClient()): ApiClient {
  const cache = createQueryClient();
  return {
    ...createServerApi(server),
    cache,
    isOnline: true,
    async definitions() {
      // protocol has only the part of a definition that any client needs; the whole type is graph-core's.
      return (await dataOf(
        server.GET('/api/nodes', { params: { query: pageLanguage === 'en' ? {} : { language: pageLanguage } } }),
      )) as unknown as Definitions;
    },
    async checkpoints(kind) {
      const query = kind === undefined ? {} : { kind };
      return (await dataOf(server.GET('/api/models', { params: { query } }))).models.map(toCheckpoint);
    },
    images: createHttpImages(server, cache),
    outputUrl: ({ id, sha256 }) => `api/outputs/${encodeURIComponent(id)}?sha256=${sha256}`,
    outputThumbnailUrl: ({ id }) => `api/outputs/${encodeURIComponent(id)}/thumbnail`,
  };
}

function toCheckpoint({ name, sizeBytes }: ModelRecord): InstalledCheckpoint {
  return { name, detail: formatBytes(sizeBytes) };
}

// What the server takes in one request, and as many pages as a list to choose from may have.
const IMAGES_PAGE = 500;
const MAX_PAGES = 10;

function createHttpImages(server: ServerClient, cache: QueryClient): ImageStore {
  async function ask(query: { limit?: number; before?: string; name?: string }): Promise<readonly ImageRecord[]> {
    return (await dataOf(server.GET('/api/images', { params: { query } }))).images;
  }

  const firstPage = () =>
    cache.fetchQuery({ queryKey: [...IMAGES, 'newest'], queryFn: () => ask({ limit: IMAGES_PAGE }) });

  async function allPages(): Promise<readonly StoredImage[]> {
    const records = [...(await firstPage())];
    for (let page = 1; page < MAX_PAGES && records.length === page * IMAGES_PAGE; page++) {
      const last = records.at(-1);
      records.push(...(await ask({ limit: IMAGES_PAGE, ...(last && { before: last.sha256 }) })));
    }
    return toStoredImages(records);
  }

  async function findOlder(reference: string): Promise<StoredImage | null> {
    const [record] = await ask({ name: reference });
    return record === undefined ? null : toStoredImage(record, record.sha256 !== reference);
  }

  return {
    list: () => cache.fetchQuery({ queryKey: [...IMAGES, 'pages'], queryFn: allPages }),
    async find(reference) {
      const isIt = ({ name, sha256 }: StoredImage) => name === reference || sha256 === reference;
      const records = await firstPage();
      const found = toStoredImages(records).find(isIt);
      if (found !== undefined || records.length < IMAGES_PAGE) return found;
      const queryKey = [...IMAGES, 'older', reference];
      return (await cache.fetchQuery({ queryKey, queryFn: () => findOlder(reference) })) ?? undefined;
    },
    async upload(file) {
      const records = await firstPage();
      const older = records.length < IMAGES_PAGE ? null : await findOlder(file.name);
      const record = await dataOf(server.POST('/api/images', fileRequest(file)));
      const others = [...records, ...(older ? [{ name: older.label, sha256: older.sha256 }] : [])];
      void cache.invalidateQueries({ queryKey: IMAGES });
      return toStoredImage(
        record,
        others.every(({ name, sha256 }) => name !== record.name || sha256 === record.sha256),
      );
    },
  };
}

/** A name refers to its newest image; older ones of that name are named by their hash. */
function toStoredImages(records: readonly ImageRecord[]): readonly StoredImage[] {
  const newest = new Map<string, string>();
  for (const { name, sha256 } of records) if (!newest.has(name)) newest.set(name, sha256);
  return records.map((record) => toStoredImage(record, newest.get(record.name) === record.sha256));
}

function toStoredImage({ sha256, name, widthPx, heightPx }: ImageRecord, byName: boolean): StoredImage {
  return {
    name: byName ? name : sha256,
    label: name,
    sha256,
    widthPx,
    heightPx,
    url: `api/images/${sha256}`,
    thumbnailUrl: `api/images/${sha256}/thumbnail`,
  };
}
