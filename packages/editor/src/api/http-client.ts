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

/** Asks the server that sent the page. */
export function createHttpClient(): ApiClient {
  return {
    isOnline: true,
    async definitions() {
      const { nodes } = await getJson<{ readonly nodes: readonly NodeDefinition[] }>('/api/nodes');
      return nodes;
    },
    async checkpoints() {
      const { models } = await getJson<{ readonly models: readonly ModelRecord[] }>('/api/models');
      return models.map(toCheckpoint);
    },
    images: createHttpImages(),
    outputUrl: ({ id, sha256 }) => `/api/outputs/${encodeURIComponent(id)}?sha256=${sha256}`,
    outputThumbnailUrl: ({ id }) => `/api/outputs/${encodeURIComponent(id)}/thumbnail`,
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

function createHttpImages(): ImageStore {
  let known: Promise<readonly StoredImage[]> | undefined;

  function list(): Promise<readonly StoredImage[]> {
    known ??= getJson<{ readonly images: readonly ImageRecord[] }>('/api/images?limit=500').then(({ images }) => {
      const newest = new Map<string, string>();
      for (const { name, sha256 } of images) if (!newest.has(name)) newest.set(name, sha256);
      // A name stands for its newest picture; older ones of that name go by their hash.
      return images.map((image) => toStoredImage(image, newest.get(image.name) === image.sha256));
    });
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  return {
    list,
    async find(reference) {
      return (await list()).find(({ name, sha256 }) => name === reference || sha256 === reference);
    },
    async upload(file) {
      const body = new FormData();
      body.append('file', file);
      const record = await requestJson<ImageRecord>('/api/images', { method: 'POST', body });
      const others = (await list()).filter(({ sha256 }) => sha256 !== record.sha256);
      const isUnique = others.every(({ name }) => name !== record.name);
      const image = toStoredImage(record, isUnique);
      known = Promise.resolve([image, ...others]);
      return image;
    },
    refresh() {
      known = undefined;
    },
  };
}

function toStoredImage({ sha256, name, widthPx, heightPx }: ImageRecord, byName: boolean): StoredImage {
  return {
    name: byName ? name : sha256,
    label: name,
    sha256,
    widthPx,
    heightPx,
    url: `/api/images/${sha256}`,
    thumbnailUrl: `/api/images/${sha256}/thumbnail`,
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
