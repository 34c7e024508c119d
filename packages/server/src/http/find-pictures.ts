import { GalleryQueryError, parseGalleryQuery, type QueryClock } from '../gallery/gallery-query.js';
import { type SqlFilter, toSqlFilter } from '../gallery/query-sql.js';
import type { GalleryPicture } from '../store/gallery-table.js';
import { Problem } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** @throws Problem 400 that says what was expected in the query */
export function filterOf({ catalog, nowMs }: ServerParts, query: string, timeZone: QueryClock['timeZone']): SqlFilter {
  try {
    const params = [...catalog.types.values()].flatMap((definition) => Object.keys(definition.params));
    return toSqlFilter(parseGalleryQuery(query, params, { nowMs: nowMs(), timeZone }));
  } catch (error) {
    if (!(error instanceof GalleryQueryError)) throw error;
    const errors = [{ path: 'query.query', message: error.message }];
    throw new Problem('bad-request', error.message, { errors });
  }
}

/** @throws Problem 404 */
export function findPicture({ store }: ServerParts, id: string): GalleryPicture {
  const picture = store.gallery.read(id);
  if (picture === undefined || picture.temporary) throw new Problem('not-found', `There is no picture "${id}".`);
  return picture;
}
