import type { OutputRecord } from '@unclip-studio/graph-core';
import type { ImageRecord } from '../store/images-table.js';
import type { SavedWorkflow } from '../store/workflows-table.js';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** @throws Problem 404 */
export function findImage({ store }: ServerParts, sha256: string): ImageRecord {
  return store.images.read(sha256) ?? notFound('picture', sha256);
}

/** @throws Problem 404 */
export function findOutput({ store }: ServerParts, id: string): OutputRecord {
  return store.outputs.read(id) ?? notFound('output', id);
}

/** @throws Problem 404 */
export function findWorkflow({ store }: ServerParts, name: string, revision?: number): SavedWorkflow {
  const what = revision === undefined ? name : `${name}, revision ${revision}`;
  return store.workflows.read(name, revision) ?? notFound('workflow', what);
}

function notFound(what: string, name: string): never {
  throw new Problem('not-found', `There is no ${what} "${name}".`);
}
