import { QueryClient, type QueryKey, queryOptions } from '@tanstack/react-query';
import { isWorthRetrying } from '@unclip-studio/client';
import type { InstalledModel, ModelDownload, ServerEvent } from '@unclip-studio/protocol';
import type { ApiClient } from './client.js';

const RETRY_MS = 5000;

/**
 * Answers of the server, cached for all components. An answer is valid until an event says otherwise, or the connection
 * was lost; a server that does not answer is tried again as long as something waits.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The server is on this machine as a rule, which a browser without a network reaches all the same.
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (_, error) => isWorthRetrying(error),
        retryDelay: RETRY_MS,
      },
    },
  });
}

// Beginnings of the keys below: what goes out of date together.
const MODELS = ['models'] as const;
const DOWNLOADS = ['downloads'] as const;
const WORKFLOWS = ['workflows'] as const;
const GALLERY = ['gallery'] as const;
const TEMPLATES = ['templates'] as const;
export const IMAGES = ['images'] as const;
const RUNS = ['runs'] as const;
// No event reports these, so they are requested whenever they are shown.
const UNTOLD = { staleTime: 0 } as const;

/** Everything that is requested and cached, by its key. */
export const queries = {
  checkpoints: (api: ApiClient, kind: string | undefined) =>
    queryOptions({ queryKey: [...MODELS, 'names', kind ?? ''], queryFn: () => api.checkpoints(kind) }),
  installedModels: ({ models }: ApiClient, type: string | undefined) =>
    queryOptions({ queryKey: [...MODELS, 'installed', type ?? ''], queryFn: () => models.list(type) }),
  modelLicense: ({ models }: ApiClient, { name, type }: Pick<InstalledModel, 'name' | 'type'>) =>
    queryOptions({
      queryKey: [...MODELS, 'license', type, name],
      queryFn: () => models.license(name, type),
      ...UNTOLD,
    }),
  modelDeletions: ({ models }: ApiClient) =>
    queryOptions({ queryKey: [...MODELS, 'deletions'], queryFn: models.deletions }),
  modelDownloads: ({ models }: ApiClient) => queryOptions({ queryKey: DOWNLOADS, queryFn: models.downloads }),
  storedImage: ({ images }: ApiClient, reference: string) =>
    queryOptions({
      queryKey: [...IMAGES, 'found', reference],
      queryFn: async () => (await images.find(reference)) ?? null,
    }),
  storedImages: ({ images }: ApiClient) => queryOptions({ queryKey: [...IMAGES, 'all'], queryFn: images.list }),
  savedWorkflows: ({ library }: ApiClient) =>
    queryOptions({ queryKey: [...WORKFLOWS, 'saved'], queryFn: library.list }),
  versions: ({ library }: ApiClient, name: string) =>
    queryOptions({ queryKey: [...WORKFLOWS, 'versions', name], queryFn: () => library.versions(name), ...UNTOLD }),
  templates: ({ library }: ApiClient) => queryOptions({ queryKey: TEMPLATES, queryFn: library.templates }),
  recentRuns: ({ library }: ApiClient) =>
    queryOptions({ queryKey: [...RUNS, 'recent'], queryFn: library.recentRuns, ...UNTOLD }),
  runWorkflow: ({ runs }: ApiClient, run: string) =>
    queryOptions({ queryKey: ['run-workflow', run], queryFn: () => runs.readWorkflow(run) }),
  devices: ({ runs }: ApiClient) => queryOptions({ queryKey: ['devices'], queryFn: runs.devices }),
  galleryFacets: ({ gallery }: ApiClient) =>
    queryOptions({ queryKey: [...GALLERY, 'facets'], queryFn: gallery.facets }),
  galleryUnstarred: ({ gallery }: ApiClient) =>
    queryOptions({ queryKey: [...GALLERY, 'unstarred'], queryFn: gallery.unstarred, ...UNTOLD }),
  differences: ({ gallery }: ApiClient, a: string, b: string) =>
    queryOptions({ queryKey: ['differences', a, b], queryFn: () => gallery.differences(a, b) }),
  imageSettings: ({ gallery }: ApiClient, output: string) =>
    queryOptions({ queryKey: ['settings', output], queryFn: () => gallery.settings(output) }),
  grants: ({ grants }: ApiClient, workflow: string) =>
    queryOptions({ queryKey: ['grants', workflow], queryFn: () => grants.list(workflow), ...UNTOLD }),
} as const;

/** What an event puts out of date. */
function outdatedBy({ type }: ServerEvent): readonly QueryKey[] {
  switch (type) {
    case 'models-changed':
      return [MODELS];
    case 'images-changed':
      return [IMAGES];
    case 'workflows-changed':
      return [WORKFLOWS, RUNS];
    case 'gallery-changed':
      return [GALLERY];
    case 'nodes-changed':
      return [TEMPLATES];
    default:
      return [];
  }
}

// A long sweep says some times a second that the gallery has changed.
const SETTLE_MS = 200;

/** Updates cached data with the events of the server. @returns the event handler, and the handler for a disconnect */
export function followServer(client: QueryClient) {
  const outdated = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    for (const queryKey of outdated.values()) void client.invalidateQueries({ queryKey });
    outdated.clear();
  }

  return {
    takeEvent(event: ServerEvent): void {
      takeDownload(client, event);
      const keys = outdatedBy(event);
      if (keys.length === 0) return;
      for (const key of keys) outdated.set(key.join(), key);
      // The first of many is reported immediately, the others together.
      if (timer !== undefined) return;
      ask();
      timer = setTimeout(() => {
        timer = undefined;
        ask();
      }, SETTLE_MS);
    },
    /** The page was away, and may have missed anything. */
    takeReturn(): void {
      void client.invalidateQueries();
    },
  };
}

/** Downloads come whole with their events, several times a second. */
function takeDownload(client: QueryClient, event: ServerEvent): void {
  if (event.type === 'model-download-removed') {
    client.setQueryData<readonly ModelDownload[]>(DOWNLOADS, (known) => known?.filter(({ id }) => id !== event.id));
  } else if (event.type === 'model-download-changed') {
    const { download } = event;
    client.setQueryData<readonly ModelDownload[]>(DOWNLOADS, (known) => {
      if (known === undefined) return undefined;
      const isKnown = known.some(({ id }) => id === download.id);
      return isKnown ? known.map((one) => (one.id === download.id ? download : one)) : [...known, download];
    });
  }
}
