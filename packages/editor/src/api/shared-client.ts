import { dataOf, fileRequest, type ServerClient } from '@unclip-studio/client';
import type { DescribedInput, NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import type { Shared as Described, SharedRun } from '@unclip-studio/protocol';
import { createQueryClient } from '../api/queries.js';
import { pageLanguage, texts } from '../messages/texts.js';
import { type ApiClient, createServerApi, type StoredImage } from './client.js';

/** The content of a share link, typed with graph-core's forms of what the server has parsed. */
export interface Shared extends Omit<Described, 'inputs' | 'workflow' | 'nodes'> {
  /** Of a form. */
  readonly inputs?: readonly DescribedInput[];
  /** Of a view. */
  readonly workflow?: Workflow;
  readonly nodes?: readonly NodeDefinition[];
}

/** The secret of a share link in the page's address; it is in the fragment, which browsers never send. */
export function grantSecretIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('grant') ?? undefined;
}

/** Exchanges the secret for a cookie that opens this one link. @throws ApiError with the server's own words */
export async function openShared(server: ServerClient, secret: string): Promise<Shared> {
  const shared: Described = await dataOf(server.POST('/api/shared', { body: { secret, language: pageLanguage } }));
  // protocol has only the parts of definitions and inputs that any client needs; the whole types are graph-core's.
  return shared as unknown as Shared;
}

/** The requests of a shared form. */
export interface SharedFormClient {
  start(inputs: Readonly<Record<string, unknown>>): Promise<SharedRun>;
  /** Those that were started in this tab, newest first, also before it was reloaded. */
  runs(): Promise<readonly SharedRun[]>;
  /** @param preview whether the server makes previews of it, and returns the last one */
  read(run: string, preview: boolean): Promise<SharedRun>;
  /** One that was started in this tab. */
  cancel(run: string): Promise<SharedRun>;
  /** @returns what the input is to hold, and where the image is to be seen */
  upload(file: File): Promise<{ readonly sha256: string; readonly thumbnailUrl: string }>;
  outputUrl(output: SharedRun['outputs'][number]): string;
  thumbnailUrl(sha256: string): string;
}

export function createSharedFormClient(server: ServerClient, { grant }: Pick<Shared, 'grant'>): SharedFormClient {
  const base = `api/shared/${encodeURIComponent(grant)}`;
  const link = { params: { path: { grant } } };
  const header = { 'visitor-key': visitorKey() };
  const own = { params: { path: { grant }, header } };
  const thumbnailUrl = (sha256: string) => `${base}/images/${sha256}/thumbnail?side=512`;
  return {
    start: (inputs) => dataOf(server.POST('/api/shared/{grant}/runs', { ...own, body: { inputs } })),
    runs: async () => (await dataOf(server.GET('/api/shared/{grant}/runs', own))).runs,
    read: (run, preview) =>
      dataOf(
        server.GET('/api/shared/{grant}/runs/{run}', {
          params: { path: { grant, run }, query: { preview: preview ? 'true' : 'false' } },
        }),
      ),
    cancel: (run) =>
      dataOf(server.POST('/api/shared/{grant}/runs/{run}/cancel', { params: { path: { grant, run }, header } })),
    async upload(file) {
      const { sha256 } = await dataOf(server.POST('/api/shared/{grant}/images', { ...link, ...fileRequest(file) }));
      return { sha256, thumbnailUrl: thumbnailUrl(sha256) };
    },
    outputUrl: ({ id, sha256 }) => `${base}/outputs/${encodeURIComponent(id)}?sha256=${sha256}`,
    thumbnailUrl,
  };
}

const VISITOR_KEY = 'unclip-visitor';

/** By it the server knows the runs of this tab from those of others who have the same link. */
function visitorKey(): string {
  // `randomUUID` is only there on secure origins.
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  try {
    const known = sessionStorage.getItem(VISITOR_KEY) ?? fresh;
    sessionStorage.setItem(VISITOR_KEY, known);
    return known;
  } catch {
    // A page without access to storage follows its runs until it is reloaded.
    return fresh;
  }
}

/** What the editor may ask for when all that it shows is a shared workflow: nothing can be run or sent. */
export function createSharedViewClient(server: ServerClient, shared: Shared): ApiClient {
  const base = `api/shared/${encodeURIComponent(shared.grant)}/images`;
  const images = shared.images.map(
    ({ name, sha256, widthPx, heightPx }): StoredImage => ({
      ...{ name, label: name, sha256, widthPx, heightPx },
      url: `${base}/${sha256}`,
      thumbnailUrl: `${base}/${sha256}/thumbnail`,
    }),
  );
  const own = createServerApi(server);
  return {
    ...own,
    models: {
      ...own.models,
      async license(model, type) {
        const found = shared.licenses?.find((license) => license.model === model && license.type === type);
        if (found === undefined) throw new Error(texts.sharing.onlyToLook);
        return { ...found, mustBeAccepted: false };
      },
    },
    cache: createQueryClient(),
    isOnline: false,
    ...(shared.workflow && { shared: shared.workflow }),
    definitions: () => Promise.resolve({ nodes: shared.nodes ?? [] }),
    checkpoints: () => Promise.reject(new Error(texts.sharing.onlyToLook)),
    images: {
      list: () => Promise.resolve(images),
      find: (reference) =>
        Promise.resolve(images.find(({ name, sha256 }) => name === reference || sha256 === reference)),
      upload: () => Promise.reject(new Error(texts.sharing.onlyToLook)),
    },
    outputUrl: () => '',
    outputThumbnailUrl: () => '',
  };
}
