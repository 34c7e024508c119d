import { readFile } from 'node:fs/promises';
import { findImage } from '../find.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import { storeImage } from '../store-image.js';
import { fileReply, thumbnailReply } from '../stored-file-reply.js';

export const imageHandlers: Handlers<'images'> = {
  listImages({ query: { limit = 100, before, name } }, { store: { images } }) {
    if (name === undefined) return jsonReply({ images: images.list(limit, before) });
    const image = images.read(name) ?? images.findByName(name);
    return jsonReply({ images: image === undefined ? [] : [image] });
  },

  async uploadImage({ upload: { path, label } }, server) {
    const image = await server.images.inTurn(async () => storeImage(await readFile(path), label, server));
    return jsonReply(image, 201, { location: `/api/images/${image.sha256}` });
  },

  readImage({ params: { image } }, server) {
    const { mediaType } = findImage(server, image);
    return fileReply(server.store.blobs, { sha256: image, mediaType, foreign: true, addressed: image });
  },

  readImageThumbnail({ params, query }, server) {
    const { sha256 } = findImage(server, params.image);
    return thumbnailReply(server, { sha256, sidePx: query.side, foreign: true });
  },
};
