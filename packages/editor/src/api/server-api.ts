import type { ServerClient } from '@unclip-studio/client';
import { createGalleryApi } from './gallery.js';
import { createGrantsApi } from './grants.js';
import { createLibrary } from './library.js';
import { createModelsApi } from './models.js';
import { createRunsApi } from './runs.js';

/** Every request of the page by its subject, over one client. Each throws ApiError if it comes to nothing. */
export function createServerApi(server: ServerClient) {
  return {
    server,
    runs: createRunsApi(server),
    library: createLibrary(server),
    gallery: createGalleryApi(server),
    models: createModelsApi(server),
    grants: createGrantsApi(server),
  };
}

export type ServerApi = ReturnType<typeof createServerApi>;
