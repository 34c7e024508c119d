import { compareRecords } from '@unclip-studio/graph-core';
import { GalleryQueryError, parseGalleryQuery, type QueryClock } from '../../gallery/gallery-query.js';
import { type SqlFilter, toSqlFilter } from '../../gallery/query-sql.js';
import { describeDifference } from '../../services/receipts/difference-words.js';
import { readStoredReceipt } from '../../services/receipts/read-receipt.js';
import { createLocalDates, ownTimeZone } from '../../store/local-dates.js';
import { findGalleryImage } from '../find.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import type { ServerParts } from '../server-parts.js';

const RETRY_AFTER_S = 10;

export const galleryHandlers: Handlers<'gallery'> = {
  listGallery({ query }, server) {
    const { gallery } = server.store;
    const { offset = 0, limit = 100, order = 'newest', upTo = gallery.newest() } = query;
    const filter = filterOf(server, query.query ?? '', query.timeZone);
    const total = gallery.count(filter, upTo);
    return jsonReply({ pictures: gallery.list({ filter, order, offset, limit, upTo }), total, upTo });
  },

  readGalleryFacets: ({ query }, { store }) =>
    jsonReply(store.gallery.facets(createLocalDates(query.timeZone ?? ownTimeZone()).monthsBetween)),

  async findSimilarPictures({ params, query }, server) {
    const image = findGalleryImage(server, params.output);
    const images = await server.gallery.similar(image, query.limit ?? 50);
    if (images !== undefined) return jsonReply({ pictures: images });
    const models = server.store.gallery.modelsOf(image.id);
    if (models.length === 0) {
      throw new Problem('not-found', 'This image does not say which checkpoint made it, so it cannot be indexed.', {
        because: { code: 'not-indexed', models: [] },
      });
    }
    throw new Problem(
      'unavailable',
      `This image has not been indexed yet, and it cannot be indexed now: the worker is busy, or none of the checkpoints that made it (${models.join(', ')}) is here with an image encoder.`,
      { because: { code: 'not-indexed', models }, headers: { 'retry-after': String(RETRY_AFTER_S) } },
    );
  },

  async comparePictures({ params, query }, server) {
    const [a, b] = await Promise.all(
      [params.output, query.other].map((id) =>
        readStoredReceipt(server.store.blobs, findGalleryImage(server, id).sha256),
      ),
    );
    if (a === undefined || b === undefined) return jsonReply({ differences: [] });
    const differences = compareRecords(a.nodes, b.nodes).map((difference) => ({
      node: difference.a.id,
      nodeType: difference.a.type,
      ...(difference.what.kind === 'param' ? { param: difference.what.param } : {}),
      words: describeDifference(difference),
    }));
    return jsonReply({ samePixels: a.pixels === b.pixels, differences });
  },

  starPictures: ({ body }, { gallery }) => jsonReply({ changed: gallery.setStarred(body.outputs, body.starred) }),

  moveToBoard: ({ body }, { gallery }) => jsonReply({ changed: gallery.setBoard(body.outputs, body.board) }),

  readUnstarred(_, { store: { gallery } }) {
    const upTo = gallery.newest();
    const filter = { where: 'temporary = 0 AND deleted_at IS NULL AND starred = 0', values: [] };
    return jsonReply({ count: gallery.count(filter, upTo), sizeBytes: gallery.sizeBytes(filter, upTo), upTo });
  },

  deletePictures({ body }, { gallery }) {
    const made = 'outputs' in body ? gallery.delete(body.outputs) : gallery.deleteUnstarred(body.unstarredUpTo);
    const { id: deletion, count, sizeBytes } = made;
    return jsonReply({ deletion, count, sizeBytes }, 201);
  },

  restorePictures({ body }, { gallery }) {
    const changed = 'deletion' in body ? gallery.restore(body.deletion) : gallery.restorePictures(body.outputs);
    return jsonReply({ changed });
  },
};

/** @throws Problem 400 that says what was expected in the query */
function filterOf({ catalog, nowMs }: ServerParts, query: string, timeZone: QueryClock['timeZone']): SqlFilter {
  try {
    const params = [...catalog.types.values()].flatMap((definition) => Object.keys(definition.params));
    return toSqlFilter(parseGalleryQuery(query, params, { nowMs: nowMs(), timeZone }));
  } catch (error) {
    if (!(error instanceof GalleryQueryError)) throw error;
    const errors = [{ path: 'query.query', message: error.message }];
    throw new Problem('bad-request', error.message, { errors, cause: error });
  }
}
