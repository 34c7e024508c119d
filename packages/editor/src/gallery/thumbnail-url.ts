import type { OutputRecord } from '@unclip-studio/protocol';

/** A small picture; with its hash in the address the browser asks for it only once. */
export function thumbnailUrl({ id, sha256 }: OutputRecord): string {
  return `api/outputs/${encodeURIComponent(id)}/thumbnail?sha256=${sha256}`;
}
