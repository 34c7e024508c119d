import { isStrippable, stripImage, ZipWriter } from '@unclip-studio/graph-core';
import type { GalleryPicture } from '@unclip-studio/protocol';
import { fileNameOf } from '../api/client.js';
import { texts } from '../messages/texts.js';
import type { Gallery } from '../session/gallery/gallery.js';
import type { EditorSession } from '../session/session.js';
import { saveBlob } from '../ui/browser-files.js';

interface ZipOptions {
  readonly ids: readonly string[];
  /** Those of them that have been fetched. */
  readonly known: readonly GalleryPicture[];
  /** Without the workflows that the images carry. */
  readonly isStripped: boolean;
}

/** Lets the browser download images as one archive, fetched one after the other. */
export async function downloadZip(
  { api }: Pick<EditorSession, 'api'>,
  { state }: Pick<Gallery, 'state'>,
  { ids, known, isStripped }: ZipOptions,
): Promise<void> {
  const images = new Map(known.map((image) => [image.id, image]));
  const zip = new ZipWriter();
  // Blobs, which a browser may keep on the disk.
  const parts: Blob[] = [];
  for (const [i, id] of ids.entries()) {
    state.setState({ message: texts.gallery.packing(i + 1, ids.length) });
    const blob = await api.library.readOutput(id);
    const whole = new Uint8Array(await blob.arrayBuffer());
    const bytes = isStripped && isStrippable(blob.type) ? stripImage(whole) : whole;
    const image = images.get(id);
    const name = image ? fileNameOf(image) : fileNameOf({ name: 'image', index: i, mediaType: blob.type });
    const madeAt = image ? new Date(image.createdAt) : new Date();
    parts.push(new Blob([zip.add(name, bytes, madeAt), bytes]));
  }
  const archive = new Blob([...parts, zip.finish()], { type: 'application/zip' });
  saveBlob(archive, `${texts.gallery.zipName(ids.length)}.zip`);
  state.setState({ message: texts.gallery.packed(ids.length) });
}
