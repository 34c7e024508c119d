import { readFile } from 'node:fs/promises';
import { PictureRefused } from '../pictures/picture-service.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { imageRecord } from '../schemas/images.js';
import { toLabel } from '../to-label.js';

export const uploadImage = defineRoute({
  id: 'uploadImage',
  method: 'post',
  path: '/api/images',
  tag: 'images',
  summary: 'Store a picture',
  description:
    'One PNG, JPEG or WebP in the field `file`. The same bytes again give the same picture. A workflow names it by its `name` or its `sha256`.',
  upload: true,
  replies: { 201: { description: 'The stored picture.', schema: imageRecord } },
  problems: ['too-large', 'wrong-media-type', 'invalid-image', 'store-full'],
  async handle({ upload }, { pictures, store, runs, nowMs }) {
    if (upload === undefined) throw new Error('Internal error: the upload gate let a request without a file through');
    const name = toLabel(upload.label);
    const bytes = await readFile(upload.path);
    const picture = await pictures.check(bytes, name).catch((error: unknown) => {
      if (!(error instanceof PictureRefused)) throw error;
      const kind = error.isOtherFormat ? 'wrong-media-type' : 'invalid-image';
      throw new Problem(kind, error.message, { errors: [{ path: 'body.file', message: error.message }], cause: error });
    });
    const sha256 = await store.blobs.put(bytes);
    const image = store.images.add({ sha256, name, sizeBytes: bytes.length, ...picture }, nowMs());
    runs.announce({ type: 'images-changed' });
    return jsonReply(image, 201, { location: `/api/images/${sha256}` });
  },
});
