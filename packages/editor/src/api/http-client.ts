import type { NodeDefinition } from '@unclip-studio/graph-core';
import { formatBytes } from '../ui/format-bytes.js';
import type { ApiClient, ImageStore, InstalledCheckpoint, StoredImage } from './client.js';

/** A request which the server refused, with its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether the server may answer otherwise in a moment: it is away, starting, or has too much to do. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  return error instanceof ApiError && (error.status >= 500 || error.status === 429);
}

/** Asks the server that sent the page. */
export function createHttpClient(): ApiClient {
  return {
    isOnline: true,
    async definitions() {
      const { nodes } = await getJson<{ readonly nodes: readonly NodeDefinition[] }>('api/nodes');
      return nodes;
    },
    async checkpoints(model) {
      const path = model === undefined ? 'api/models' : `api/models?kind=${encodeURIComponent(model)}`;
      const { models } = await getJson<{ readonly models: readonly ModelRecord[] }>(path);
      return models.map(toCheckpoint);
    },
    images: createHttpImages(),
    outputUrl: ({ id, sha256 }) => `api/outputs/${encodeURIComponent(id)}?sha256=${sha256}`,
    outputThumbnailUrl: ({ id }) => `api/outputs/${encodeURIComponent(id)}/thumbnail`,
  };
}

/** Sends JSON or nothing, and reads JSON. @throws ApiError with the server's own words */
export async function requestJson<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, { credentials: 'same-origin', ...init });
  if (!response.ok) throw new ApiError(response.status, await problemText(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

function getJson<T>(path: string): Promise<T> {
  return requestJson<T>(path, { headers: { accept: 'application/json' } });
}

interface ModelRecord {
  readonly name: string;
  readonly pipeline: string;
  readonly sizeBytes: number;
}

function toCheckpoint({ name, sizeBytes }: ModelRecord): InstalledCheckpoint {
  return { name, detail: formatBytes(sizeBytes) };
}

interface ImageRecord {
  readonly sha256: string;
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

// What the server takes in one request, and as many pages as a list to choose from may have.
const IMAGES_PAGE = 500;
const MAX_PAGES = 10;

function createHttpImages(): ImageStore {
  let newest: Promise<readonly ImageRecord[]> | undefined;
  let all: Promise<readonly StoredImage[]> | undefined;
  /** What was asked for by its reference since it is not among the newest. */
  let asked = new Map<string, Promise<StoredImage | undefined>>();

  function refresh(): void {
    newest = undefined;
    all = undefined;
    asked = new Map();
  }

  /** Keeps an answer, and forgets it if there was none. */
  function kept<T>(answer: Promise<T>): Promise<T> {
    answer.catch(refresh);
    return answer;
  }

  function firstPage(): Promise<readonly ImageRecord[]> {
    newest ??= kept(imagesAt(`limit=${IMAGES_PAGE}`));
    return newest;
  }

  async function allPages(): Promise<readonly StoredImage[]> {
    const records = [...(await firstPage())];
    for (let page = 1; page < MAX_PAGES && records.length === page * IMAGES_PAGE; page++) {
      records.push(...(await imagesAt(`limit=${IMAGES_PAGE}&before=${records.at(-1)?.sha256}`)));
    }
    return toStoredImages(records);
  }

  async function findOlder(reference: string): Promise<StoredImage | undefined> {
    const [record] = await imagesAt(`name=${encodeURIComponent(reference)}`);
    return record && toStoredImage(record, record.sha256 !== reference);
  }

  return {
    list() {
      all ??= kept(allPages());
      return all;
    },
    async find(reference) {
      const isIt = ({ name, sha256 }: StoredImage) => name === reference || sha256 === reference;
      const records = await firstPage();
      const found = toStoredImages(records).find(isIt);
      if (found !== undefined || records.length < IMAGES_PAGE) return found;
      const older = asked.get(reference) ?? kept(findOlder(reference));
      asked.set(reference, older);
      return older;
    },
    async upload(file) {
      const records = await firstPage();
      const older = records.length < IMAGES_PAGE ? undefined : await findOlder(file.name);
      const body = new FormData();
      body.append('file', file);
      const record = await requestJson<ImageRecord>('api/images', { method: 'POST', body });
      const others = [...records, ...(older ? [{ name: older.label, sha256: older.sha256 }] : [])];
      refresh();
      return toStoredImage(
        record,
        others.every(({ name, sha256 }) => name !== record.name || sha256 === record.sha256),
      );
    },
    refresh,
  };
}

async function imagesAt(query: string): Promise<readonly ImageRecord[]> {
  return (await getJson<{ readonly images: readonly ImageRecord[] }>(`api/images?${query}`)).images;
}

/** A name stands for its newest image; older ones of that name go by their hash. */
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

/** What `application/problem+json` says, or as much as a status does. */
async function problemText(response: Response): Promise<string> {
  try {
    const { title, detail } = (await response.json()) as { readonly title?: string; readonly detail?: string };
    return detail ?? title ?? `${response.status} ${response.statusText}`;
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}
