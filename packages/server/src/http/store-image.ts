import { isPng, PNG_CHUNK_OVERHEAD, pngChunks } from '@unclip-studio/graph-core';
import type { ImageRecord } from '@unclip-studio/protocol';
import { toSafeFileName } from '../services/safe-file-name.js';
import type { ImagePath } from '../store/images-table.js';
import { ImageRefused } from './images/image-service.js';
import { Problem, type ProblemFacts } from './problem.js';
import type { ServerParts } from './server-parts.js';

/**
 * The facts about the bytes of an uploaded image, with a displayable name. @throws Problem 415 or 422 if it is not an
 * image
 */
export async function checkImage(bytes: Buffer, label: string, { images }: Pick<ServerParts, 'images'>) {
  const name = toLabel(label);
  const image = await images.check(bytes, name).catch((error: unknown) => {
    if (!(error instanceof ImageRefused)) throw error;
    const kind = error.isOtherFormat ? 'wrong-media-type' : 'invalid-image';
    throw refusal(kind, error.message, { because: error.because, cause: error });
  });
  if (isCutOff(bytes)) {
    const message = `Image "${name}": the PNG ends before its end chunk (IEND). Upload it again.`;
    throw refusal('invalid-image', message, { because: { code: 'image-damaged', format: 'PNG' } });
  }
  return { ...image, name };
}

function refusal(
  kind: 'wrong-media-type' | 'invalid-image',
  message: string,
  facts: Pick<ProblemFacts, 'because' | 'cause'>,
): Problem {
  return new Problem(kind, message, { ...facts, errors: [{ path: 'body.file', message }] });
}

/**
 * Whether a PNG ends with its pixels. Such a file on disk is read, as in Pillow; in an upload, the rest was lost in
 * transfer.
 */
function isCutOff(bytes: Buffer): boolean {
  if (!isPng(bytes)) return false;
  let last = { type: '', end: 0 };
  for (const { type, end } of pngChunks(bytes)) last = { type, end };
  return last.type !== 'IEND' && bytes.length - last.end < PNG_CHUNK_OVERHEAD;
}

/**
 * Checks the bytes of an uploaded image, and stores them.
 *
 * @param nameFor called once the bytes are stored and before anything is listed: until then no name changes. Includes
 * the name that ComfyUI's clients use, if it differs
 * @throws Problem 415 or 422 if it is not an image
 */
export async function storeImage(
  bytes: Buffer,
  label: string,
  parts: Pick<ServerParts, 'images' | 'store' | 'events' | 'nowMs'>,
  nameFor: (sha256: string) => { readonly label: string; readonly path?: ImagePath } = () => ({
    label: toLabel(label),
  }),
): Promise<ImageRecord> {
  const { store, events, nowMs } = parts;
  const checked = await checkImage(bytes, label, parts);
  const sha256 = await store.blobs.put(bytes);
  const named = nameFor(sha256);
  const facts = { sha256, sizeBytes: bytes.length, ...checked, name: named.label };
  const image = store.images.add(facts, nowMs(), named.path);
  events.publish({ type: 'images-changed' });
  return image;
}

/** A file name as a browser sent it, made fit to be shown and to be named in a workflow. Never used as a path. */
export function toLabel(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? '';
  return toSafeFileName(last);
}
