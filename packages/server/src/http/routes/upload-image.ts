import { readFile } from 'node:fs/promises';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { imageRecord } from '../schemas/images.js';
import { storePicture } from '../store-picture.js';

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
  problems: ['too-large', 'wrong-media-type', 'invalid-image', 'unavailable', 'store-full'],
  async handle({ upload }, server) {
    if (upload === undefined) throw new Error('Internal error: the upload gate let a request without a file through');
    const { path, label } = upload;
    const image = await server.pictures.inTurn(async () => storePicture(await readFile(path), label, server));
    return jsonReply(image, 201, { location: `/api/images/${image.sha256}` });
  },
});
