import { findWebpChunk, pngChunks } from '@unclip-studio/graph-core';
import { detectImageFormat } from '../image-format.js';

/** Whether an image of ours has a C2PA manifest inside. Needs no package. @see C2PA Technical Specification 2.2, A.3 */
export function hasManifest(image: Uint8Array): boolean {
  switch (detectImageFormat(image)) {
    case 'png':
      return [...pngChunks(image)].some(({ type }) => type === 'caBX');
    case 'webp':
      return findWebpChunk(image, 'C2PA') !== undefined;
    default:
      return false;
  }
}
