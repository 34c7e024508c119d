import { THUMBNAIL_SIDES_PX } from '@unclip-studio/protocol';
import { sha256 } from '../../common/sha256.js';
import { freeBytesOf } from '../../hub/pull-checkpoint.js';
import { type FoundModel, MODEL_TYPES } from '../../models/installed-models.js';
import { readPreview } from '../../models/model-notes.js';
import { openedOver } from '../../store/bytes/byte-store.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import type { ServerParts } from '../server-parts.js';

export const modelHandlers: Handlers<'models'> = {
  listModels: async ({ query }, { models }) => jsonReply({ models: await models.list(query.kind) }),

  readModelLicense: async ({ params: { model: name }, query: { type = 'checkpoint' } }, { licenses }) =>
    jsonReply(await licenses.describe({ type, name })),

  async listInstalledModels({ query }, { modelManager: { installed, downloaded } }) {
    const folder = await downloaded.own.made();
    const models = await installed.list(query.type);
    return jsonReply({ models, types: MODEL_TYPES, folder, freeBytes: await freeBytesOf(folder) });
  },

  async readModelHealth({ params }, server) {
    return jsonReply(await server.modelManager.inspect(await findModel(server, params.model)));
  },

  async readModelThumbnail({ params, query: { side = THUMBNAIL_SIDES_PX.usual } }, server) {
    const preview = await server.modelManager.installed.preview(await findModel(server, params.model));
    const bytes = preview && (await readPreview(preview));
    if (bytes === undefined)
      throw new Problem('not-found', 'That model has no preview image.', {
        because: { code: 'not-found', what: 'preview' },
      });
    const webp = await server.images.thumbnail(async () => bytes, side);
    const facts = { mediaType: 'image/webp', content: openedOver(webp), foreign: false, immutable: false };
    return { kind: 'file', ...facts, etag: `"${sha256(bytes).slice(0, 32)}-${side}"` };
  },

  readDownloadOffer: async ({ body }, { modelManager }) => jsonReply(await modelManager.downloads.offer(body)),

  startModelDownload: async ({ body }, { modelManager }) => jsonReply(await modelManager.downloads.start(body), 201),

  listModelDownloads: (_, { modelManager }) => jsonReply({ downloads: modelManager.downloads.list() }),

  resumeModelDownload: async ({ params }, { modelManager }) =>
    jsonReply(await modelManager.downloads.resume(params.download)),

  async cancelModelDownload({ params }, { modelManager }) {
    await modelManager.downloads.cancel(params.download);
    return { kind: 'empty' };
  },

  listModelDeletions: async (_, { modelManager }) =>
    jsonReply({ deletions: await modelManager.downloaded.deletions() }),

  async deleteModel({ body }, server) {
    const { path } = await findModel(server, body.model);
    const deletion = await server.modelManager.downloaded.delete(path);
    server.events.publish({ type: 'models-changed' });
    return jsonReply(deletion, 201);
  },

  async restoreModel({ params }, { modelManager, events }) {
    await modelManager.downloaded.restore(params.deletion);
    events.publish({ type: 'models-changed' });
    return { kind: 'empty' };
  },

  async purgeModel({ params }, { modelManager }) {
    await modelManager.downloaded.purge(params.deletion);
    return { kind: 'empty' };
  },
};

/** @throws Problem 404 */
async function findModel({ modelManager }: ServerParts, id: string): Promise<FoundModel> {
  const model = await modelManager.installed.find(id);
  if (model === undefined) throw new Problem('not-found', 'Model not found.', { because: { code: 'model-gone' } });
  return model;
}
