import {
  asSaved,
  encodeUtf8,
  formatWorkflow,
  isWhole,
  readZip,
  type Workflow,
  ZipError,
  type ZippedFile,
  ZipWriter,
} from '@unclip-studio/graph-core';
import type { ApiClient } from '../api/client.js';
import { errorWords } from '../api/error-words.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { imageReferences, mapImages } from '../catalog/image-references.js';
import { MAX_ARCHIVE_BYTES, MAX_ARCHIVE_FILES } from '../limits.js';
import { texts } from '../messages/texts.js';
import { inflate } from '../session/files/inflate.js';
import type { EditorSession } from '../session/session.js';
import { saveBlob } from '../ui/browser-files.js';
import { fileName } from './download.js';

const FOLDER = 'images/';
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/** A workflow with the images that it names. */
export interface ZippedWorkflow {
  /** Of the workflow's file, which is read as any other. */
  readonly text: string;
  readonly images: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

/** Lets the browser download the workflow with its images as one archive; images that are missing are named. */
export async function downloadWithImages({ store, catalog, api, files }: EditorSession): Promise<void> {
  try {
    const workflow = asSaved(store.whole, catalog);
    const { blob, missing } = await packWorkflowWithImages(workflow, { api, catalog });
    saveBlob(blob, `${fileName(workflow.title)}.zip`);
    if (missing.length > 0) files.say(texts.files.imagesMissing(missing.join(', ')));
  } catch (error) {
    files.say(texts.files.notPacked(errorWords(error)));
  }
}

interface ImagesContext {
  readonly api: { readonly images: ApiClient['images']; readonly library: Pick<ApiClient['library'], 'readImage'> };
  readonly catalog: EditorCatalog;
}

/** @returns the archive, and which images it should have and has not */
export async function packWorkflowWithImages(
  workflow: Workflow,
  { api, catalog }: ImagesContext,
): Promise<{ readonly blob: Blob; readonly missing: readonly string[] }> {
  const zip = new ZipWriter();
  const at = new Date();
  const parts: Blob[] = [];
  const missing: string[] = [];
  const add = (name: string, bytes: Uint8Array<ArrayBuffer>) => parts.push(new Blob([zip.add(name, bytes, at), bytes]));
  add(`${fileName(workflow.title)}.json`, encodeUtf8(formatWorkflow(workflow)));
  for (const reference of imageReferences(workflow, catalog)) {
    const image = await api.images.find(reference);
    if (image === undefined) missing.push(reference);
    else {
      const blob = await api.library.readImage(image.sha256);
      add(FOLDER + nameInZip(image.label), new Uint8Array(await blob.arrayBuffer()));
    }
  }
  return { blob: new Blob([...parts, zip.finish()], { type: 'application/zip' }), missing };
}

/** @throws ZipError, InflatedTooLarge if it is no such archive, or damaged */
export async function readWorkflowZip(bytes: Uint8Array<ArrayBuffer>): Promise<ZippedWorkflow> {
  const all = readZip(bytes, { entries: MAX_ARCHIVE_FILES });
  const [workflow] = all.filter(({ name }) => /^[^/]*\.json$/i.test(name));
  if (workflow === undefined) throw new ZipError(texts.files.notAWorkflow);
  const images: ZippedWorkflow['images'][number][] = [];
  let left = MAX_ARCHIVE_BYTES;
  for (const file of all) {
    const name = file.name.slice(FOLDER.length);
    if (!file.name.startsWith(FOLDER) || mediaTypeOf(name) === undefined) continue;
    const unpacked = await unpack(file, left);
    left -= unpacked.length;
    images.push({ name, bytes: unpacked });
  }
  return { text: new TextDecoder().decode(await unpack(workflow, left)), images };
}

/**
 * Puts the images that came with a workflow among the user's own. An image of another content keeps its name there; the
 * workflow then names the new one otherwise.
 */
export async function takeImages(
  workflow: Workflow,
  images: ZippedWorkflow['images'],
  { api, catalog }: ImagesContext,
): Promise<Workflow> {
  const renamed = new Map<string, string>();
  for (const { name, bytes } of images) {
    const known = await api.images.find(name);
    if (known !== undefined && (await isSame(await api.library.readImage(known.sha256), bytes))) continue;
    const free = known === undefined ? name : await freeName(name, api);
    const file = new File([bytes], free, { type: mediaTypeOf(name) ?? '' });
    const stored = await api.images.upload(file);
    if (stored.name !== name) renamed.set(name, stored.name);
  }
  return mapImages(workflow, catalog, (reference) => renamed.get(nameInZip(reference)) ?? reference);
}

async function freeName(name: string, { images }: Pick<ApiClient, 'images'>): Promise<string> {
  const [, stem = name, ending = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? [];
  for (let i = 2; ; i++) {
    const free = `${stem}-${i}${ending}`;
    if ((await images.find(free)) === undefined) return free;
  }
}

async function isSame(blob: Blob, bytes: Uint8Array): Promise<boolean> {
  if (blob.size !== bytes.length) return false;
  const other = new Uint8Array(await blob.arrayBuffer());
  return other.every((byte, i) => byte === bytes[i]);
}

async function unpack(file: ZippedFile, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { name, method } = file;
  if (method !== 0 && method !== 8) throw new ZipError(texts.files.packedUnknown(name));
  // A copy: what was read is a view into the whole archive.
  const packed = new Uint8Array(file.packed);
  const unpacked = method === 0 ? packed : await inflate(packed, { format: 'deflate-raw', maxBytes });
  if (unpacked.length > maxBytes || !isWhole(file, unpacked)) throw new ZipError(texts.files.damagedInZip(name));
  return unpacked;
}

function mediaTypeOf(name: string): string | undefined {
  return MEDIA_TYPES[name.replace(/^.*\./s, '').toLowerCase()];
}

/** In an archive these would be folders. */
function nameInZip(name: string): string {
  return name.replace(/[\\/]/g, '_');
}
