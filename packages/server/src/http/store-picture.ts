import { isPng, PNG_CHUNK_OVERHEAD, pngChunks } from '@unclip-studio/graph-core';
import type { ImageRecord } from '@unclip-studio/protocol';
import { toSafeFileName } from '../services/safe-file-name.js';
import type { ImagePath } from '../store/images-table.js';
import { PictureRefused } from './pictures/picture-service.js';
import { Problem, type ProblemFacts } from './problem.js';
import type { ServerParts } from './server-parts.js';

/** What the bytes of an image that was sent are, with a name fit to be shown. @throws Problem 415 or 422 for what is none */
export async function checkPicture(bytes: Buffer, label: string, { pictures }: Pick<ServerParts, 'pictures'>) {
  const name = toLabel(label);
  const picture = await pictures.check(bytes, name).catch((error: unknown) => {
    if (!(error instanceof PictureRefused)) throw error;
    const kind = error.isOtherFormat ? 'wrong-media-type' : 'invalid-image';
    throw refusal(kind, error.message, { because: error.because, cause: error });
  });
  if (isCutOff(bytes)) {
    const message = `Image "${name}": the PNG ends before its end chunk (IEND). Upload it again.`;
    throw refusal('invalid-image', message, { because: { code: 'image-damaged', format: 'PNG' } });
  }
  return { ...picture, name };
}

function refusal(
  kind: 'wrong-media-type' | 'invalid-image',
  message: string,
  facts: Pick<ProblemFacts, 'because' | 'cause'>,
): Problem {
  return new Problem(kind, message, { ...facts, errors: [{ path: 'body.file', message }] });
}

/**
 * Whether a PNG ends with its pixels. A file on a disk that does is read, as Pillow does; of one that was just sent the rest
 * was lost on the way.
 */
function isCutOff(bytes: Buffer): boolean {
  if (!isPng(bytes)) return false;
  let last = { type: '', end: 0 };
  for (const { type, end } of pngChunks(bytes)) last = { type, end };
  return last.type !== 'IEND' && bytes.length - last.end < PNG_CHUNK_OVERHEAD;
}

/**
 * Looks at the bytes of an image that was sent, and keeps them.
 *
 * @param nameFor called once the bytes are stored and before anything is listed: until then no name changes. With what
 * ComfyUI's clients call the image, if that is not its name
 * @throws Problem 415 or 422 for what is none
 */
export async function storePicture(
  bytes: Buffer,
  label: string,
  parts: Pick<ServerParts, 'pictures' | 'store' | 'events' | 'nowMs'>,
  nameFor: (sha256: string) => { readonly label: string; readonly path?: ImagePath } = () => ({
    label: toLabel(label),
  }),
): Promise<ImageRecord> {
  const { store, events, nowMs } = parts;
  const picture = await checkPicture(bytes, label, parts);
  const sha256 = await store.blobs.put(bytes);
  const named = nameFor(sha256);
  const facts = { sha256, sizeBytes: bytes.length, ...picture, name: named.label };
  const image = store.images.add(facts, nowMs(), named.path);
  events.publish({ type: 'images-changed' });
  return image;
}

/** A file name as a browser sent it, made fit to be shown and to be named in a workflow. Never used as a path. */
export function toLabel(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? '';
  return toSafeFileName(last);
}
