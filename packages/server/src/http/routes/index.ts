import { bindRoutes, type Route } from '../route.js';
import { nodeHandlers } from './catalog.js';
import { galleryHandlers } from './gallery.js';
import { imageHandlers } from './images.js';
import { modelHandlers } from './models.js';
import { operationHandlers, sessionHandlers } from './operation.js';
import { outputHandlers } from './outputs.js';
import { queueHandlers } from './queue.js';
import { runHandlers } from './runs.js';
import { sharingHandlers } from './sharing.js';
import { workflowHandlers } from './workflows.js';

/** Every operation of the API, in the order of its declarations. What is not in this list cannot be reached. */
export const ROUTES: readonly Route[] = bindRoutes({
  runs: runHandlers,
  queue: queueHandlers,
  outputs: outputHandlers,
  images: imageHandlers,
  gallery: galleryHandlers,
  workflows: workflowHandlers,
  sharing: sharingHandlers,
  nodes: nodeHandlers,
  models: modelHandlers,
  session: sessionHandlers,
  operation: operationHandlers,
});
