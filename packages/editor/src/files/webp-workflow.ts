import { findWebpChunk, textsOfXmp } from '@unclip-studio/graph-core';

/**
 * The text of the workflow inside a WebP.
 *
 * @returns `undefined` if it carries none
 * @throws WebpError if the file is cut short, or is no WebP
 */
export function readWebpWorkflow(webp: Uint8Array<ArrayBuffer>): string | undefined {
  const packet = findWebpChunk(webp, 'XMP ');
  return packet && textsOfXmp(new TextDecoder().decode(packet)).get('unclip-workflow');
}
