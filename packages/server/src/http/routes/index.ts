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

/**
 * Every operation of the API, in the order of its declarations. Operations that are not in this list are not available.
 */
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

const PATHS = ROUTES.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

/** Whether an operation exists at this path; without a method, one of any. `HEAD` is `GET` without the body. */
export function isOwnRoute(method: string | undefined, path: string): boolean {
  const wanted = method?.toLowerCase().replace(/^head$/, 'get');
  return PATHS.some((own) => (wanted === undefined || wanted === own.method) && own.pattern.test(path));
}
