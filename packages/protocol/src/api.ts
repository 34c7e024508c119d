import type { PathsOf } from './route.js';
import { nodeRoutes } from './routes/catalog.js';
import { galleryRoutes } from './routes/gallery.js';
import { imageRoutes } from './routes/images.js';
import { modelRoutes } from './routes/models.js';
import { operationRoutes, sessionRoutes } from './routes/operation.js';
import { outputRoutes } from './routes/outputs.js';
import { queueRoutes } from './routes/queue.js';
import { runRoutes } from './routes/runs.js';
import { sharingRoutes } from './routes/sharing.js';
import { workflowRoutes } from './routes/workflows.js';

/** Every operation of the API, by tag. Operations that are not in this list are not available. */
export const API = {
  runs: runRoutes,
  queue: queueRoutes,
  outputs: outputRoutes,
  images: imageRoutes,
  gallery: galleryRoutes,
  workflows: workflowRoutes,
  sharing: sharingRoutes,
  nodes: nodeRoutes,
  models: modelRoutes,
  session: sessionRoutes,
  operation: operationRoutes,
} as const;

export type Api = typeof API;

/**
 * The API as openapi-fetch takes it: `createClient<ApiPaths>()`. An interface, since the compiler works out its members
 * once; with a type alias, calls of some routes are "too complex" to it.
 */
export interface ApiPaths extends PathsOf<Api> {}
