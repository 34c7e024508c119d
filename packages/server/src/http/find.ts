import type { GalleryPicture, ImageRecord, OutputRecord, Reason } from '@unclip-studio/protocol';
import type { StoredWorkflow } from '../store/workflows-table.js';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** @throws Problem 404 */
export function findImage({ store }: ServerParts, sha256: string): ImageRecord {
  return store.images.read(sha256) ?? notFound('image', sha256, { code: 'image-deleted' });
}

/** @throws Problem 404 */
export function findOutput({ store }: ServerParts, id: string): OutputRecord {
  return store.outputs.read(id) ?? notFound('output', id, { code: 'image-deleted' });
}

/** @throws Problem 404, also for previews */
export function findGalleryImage({ store }: ServerParts, id: string): GalleryPicture {
  const image = store.gallery.read(id);
  return image === undefined || image.temporary ? notFound('image', id, { code: 'image-deleted' }) : image;
}

/** @throws Problem 404 */
export function findWorkflow({ store }: ServerParts, name: string, revision?: number): StoredWorkflow {
  const what = revision === undefined ? name : `${name}, revision ${revision}`;
  return store.workflows.read(name, revision) ?? notFound('workflow', what, { code: 'workflow-not-found', name });
}

function notFound(what: string, name: string, because: Reason): never {
  throw new Problem('not-found', `There is no ${what} "${name}".`, { because });
}
