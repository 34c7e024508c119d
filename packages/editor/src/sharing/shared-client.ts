import type { DescribedInput, NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import type { ApiClient, StoredImage } from '../api/client.js';
import { requestJson } from '../api/http-client.js';
import { sharingStrings as words } from './strings.js';

/** What a share link shows, as the server describes it. */
export interface Shared {
  readonly grant: string;
  readonly kind: 'view' | 'form';
  readonly title: string;
  readonly description?: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly images: readonly SharedImage[];
  /** Of a form. */
  readonly inputs?: readonly DescribedInput[];
  readonly uploadBytes?: number;
  /** Of a view. */
  readonly workflow?: Workflow;
  readonly nodes?: readonly NodeDefinition[];
}

interface SharedImage {
  /** What inputs and the workflow call it. */
  readonly name: string;
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A run that was started by the link. */
export interface SharedRun {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly step?: number;
  readonly steps?: number;
  /** Why it failed. */
  readonly message?: string;
  readonly outputs: readonly { readonly id: string; readonly name: string; readonly sha256: string }[];
}

/** The secret of a share link in the page's address; it stands in the fragment, which browsers never send. */
export function grantSecretIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('grant') ?? undefined;
}

/** Exchanges the secret for a cookie that opens this one link. @throws ApiError with the server's own words */
export function openShared(secret: string): Promise<Shared> {
  return requestJson('api/shared', jsonOf('POST', { secret }));
}

/** The requests of a shared form. */
export interface SharedFormClient {
  start(inputs: Readonly<Record<string, unknown>>): Promise<SharedRun>;
  runs(): Promise<readonly SharedRun[]>;
  read(run: string): Promise<SharedRun>;
  cancel(run: string): Promise<SharedRun>;
  /** @returns what the input is to hold, and where the image is to be seen */
  upload(file: File): Promise<{ readonly sha256: string; readonly thumbnailUrl: string }>;
  outputUrl(output: SharedRun['outputs'][number]): string;
  thumbnailUrl(sha256: string): string;
}

export function createSharedFormClient({ grant }: Pick<Shared, 'grant'>): SharedFormClient {
  const base = `api/shared/${encodeURIComponent(grant)}`;
  const run = (id: string) => `${base}/runs/${encodeURIComponent(id)}`;
  const thumbnailUrl = (sha256: string) => `${base}/images/${sha256}/thumbnail?side=512`;
  return {
    start: (inputs) => requestJson(`${base}/runs`, jsonOf('POST', { inputs })),
    runs: async () => (await requestJson<{ readonly runs: readonly SharedRun[] }>(`${base}/runs`, {})).runs,
    read: (id) => requestJson(run(id), {}),
    cancel: (id) => requestJson(`${run(id)}/cancel`, { method: 'POST' }),
    async upload(file) {
      const body = new FormData();
      body.append('file', file);
      const { sha256 } = await requestJson<SharedImage>(`${base}/images`, { method: 'POST', body });
      return { sha256, thumbnailUrl: thumbnailUrl(sha256) };
    },
    outputUrl: ({ id, sha256 }) => `${base}/outputs/${encodeURIComponent(id)}?sha256=${sha256}`,
    thumbnailUrl,
  };
}

/** What the editor may ask for when all that it shows is a shared workflow: nothing can be run or sent. */
export function createSharedViewClient(shared: Shared): ApiClient {
  const base = `api/shared/${encodeURIComponent(shared.grant)}/images`;
  const images = shared.images.map(
    ({ name, sha256, widthPx, heightPx }): StoredImage => ({
      ...{ name, label: name, sha256, widthPx, heightPx },
      url: `${base}/${sha256}`,
      thumbnailUrl: `${base}/${sha256}/thumbnail`,
    }),
  );
  return {
    isOnline: false,
    ...(shared.workflow && { shared: shared.workflow }),
    definitions: () => Promise.resolve(shared.nodes ?? []),
    checkpoints: () => Promise.reject(new Error(words.onlyToLook)),
    images: {
      list: () => Promise.resolve(images),
      find: (reference) =>
        Promise.resolve(images.find(({ name, sha256 }) => name === reference || sha256 === reference)),
      upload: () => Promise.reject(new Error(words.onlyToLook)),
      refresh() {},
    },
    outputUrl: () => '',
    outputThumbnailUrl: () => '',
  };
}

function jsonOf(method: 'POST', body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
