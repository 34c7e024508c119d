import { open as openFile, realpath } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, resolve, sep } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import type { BitDepth, ImageService, RgbImage } from '@unclip-studio/nodes-unclip';
import { MAX_IMAGE_PIXELS } from '../limits.js';
import { ImageError, OPEN_AT_ONCE } from './file-errors.js';
import { checkImage, decodeAlpha, decodeImage } from './image-codec.js';
import { maxImageFileBytes } from './image-header.js';
import { identifyImage } from './image-identity.js';

// Files and pixels; at least the largest image that is taken. A folder of photos is some gigabytes.
const MAX_HELD_BYTES = 512 * 2 ** 20;

/** The images that one workflow may use. */
export interface ImageStore extends ImageService {
  /**
   * Names the image by its content: equal bytes, equal identity; see {@link identifyImage}. Also checks the file, so
   * that problems are reported before anything runs; its pixels are decoded by {@link ImageService.load}, since a run
   * may not need them.
   *
   * @throws ImageError if there is no such image, or the file is not one
   */
  identify(name: string): Promise<string>;
  /** The file as it is. @throws ImageError as {@link identify} */
  read(name: string): Promise<Uint8Array>;
  /**
   * Admits a file that the operator named on the command line, wherever it is.
   *
   * @param taken names that the workflow uses for other images
   * @returns the name under which the workflow may use it: the file's own, numbered if it is taken
   */
  registerOperatorPath(path: string, taken: ReadonlySet<string>): string;
}

export interface ImageStoreOptions {
  /** Of one image, width times height; {@link MAX_IMAGE_PIXELS} when left out. */
  readonly maxPixels?: number | undefined;
  /** Images that a server keeps; they are looked at before the folders, or where no folder has the name. */
  readonly library?: {
    read(name: string): Promise<Uint8Array | undefined>;
    readonly comesFirst: boolean;
  };
}

/**
 * Finds the images that a workflow names, in the given folders and nowhere else, whatever the name: workflows are
 * untrusted.
 *
 * @param folders searched in this order; one that does not exist is empty
 */
export function createImageStore(
  folders: readonly string[],
  { maxPixels = MAX_IMAGE_PIXELS, library }: ImageStoreOptions = {},
): ImageStore {
  const maxBytes = maxImageFileBytes(maxPixels);
  const operatorPaths = new Map<string, string>();
  const identities = new Map<string, string>();
  const files = new Map<string, Promise<Uint8Array>>();
  const images = new Map<string, Promise<RgbImage>>();
  let heldBytes = 0;

  async function read(name: string): Promise<Uint8Array> {
    const operatorPath = operatorPaths.get(name);
    if (operatorPath !== undefined) return readImage(operatorPath, { shown: operatorPath, maxBytes });
    if (library !== undefined && name !== '' && (library.comesFirst || !(await hasImageFile(name, folders)))) {
      const kept = await library.read(name);
      if (kept !== undefined) return kept;
    }
    return readFromFolders(name, { folders, maxBytes });
  }

  /** Whole, and the one that was identified: what a run gets must be what its fingerprint was made of. */
  function open(name: string): Promise<Uint8Array> {
    const known = files.get(name);
    if (known) return known;
    const opening = read(name).then(async (bytes) => {
      const identity = await identifyImage(bytes);
      if ((identities.get(name) ?? identity) !== identity) {
        throw withReason(new ImageError(`Image "${name}": it changed during the run. Run it again.`), {
          code: 'image-changed',
          image: name,
        });
      }
      await checkImage(bytes, labelOf(name), { maxPixels });
      identities.set(name, identity);
      hold(bytes.byteLength);
      return bytes;
    });
    files.set(name, opening);
    return opening;
  }

  function decode(name: string, bitDepth: BitDepth = 8): Promise<RgbImage> {
    const key = `${bitDepth} ${name}`;
    const known = images.get(key);
    if (known) return known;
    const decoding = open(name).then(async (bytes) => {
      const image = await decodeImage(bytes, labelOf(name), { maxPixels, bitDepth });
      // The pixels take its place.
      if (files.delete(name)) heldBytes -= bytes.byteLength;
      hold(image.data.byteLength + (image.lowBytes?.byteLength ?? 0));
      return image;
    });
    images.set(key, decoding);
    return decoding;
  }

  /** Makes room for one more: many images are first looked at and then used one after the other. */
  function hold(sizeBytes: number): void {
    heldBytes += sizeBytes;
    if (heldBytes <= MAX_HELD_BYTES) return;
    files.clear();
    images.clear();
    heldBytes = 0;
  }

  return {
    load: decode,
    read: open,
    async loadAlpha(name) {
      // Reports pixels that cannot be decoded in our words.
      await decode(name);
      return decodeAlpha(await open(name));
    },
    async identify(name) {
      const known = identities.get(name);
      if (known !== undefined) return known;
      await open(name);
      return identities.get(name) as string; // Set by `open`.
    },
    registerOperatorPath(path, taken) {
      const absolute = resolve(path);
      const name = freeName(basename(absolute), (candidate) => {
        const registered = operatorPaths.get(candidate);
        return registered === undefined ? !taken.has(candidate) : registered === absolute;
      });
      operatorPaths.set(name, absolute);
      return name;
    },
  };
}

const labelOf = (name: string) => `Image "${name}"`;

function freeName(name: string, isFree: (name: string) => boolean): string {
  if (isFree(name)) return name;
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 2; ; number++) {
    const candidate = `${stem}-${number}${ending}`;
    if (isFree(candidate)) return candidate;
  }
}

interface SearchedFolders {
  readonly folders: readonly string[];
  /** Of the file. */
  readonly maxBytes: number;
}

async function readFromFolders(name: string, { folders, maxBytes }: SearchedFolders): Promise<Uint8Array> {
  checkName(name);
  const path = await findInFolders(name, folders);
  if (path !== undefined) return readImage(path, { shown: name, maxBytes });
  const error = new ImageError(
    `Image "${name}": there is no such file in ${folders.map((folder) => `"${folder}"`).join(', ')}. ` +
      'Put it there, or give a path, as in: --set photo.image=PATH',
  );
  throw withReason(error, { code: 'image-not-found', image: name });
}

/** Rejects names that could lead out of a folder, on any system, before the file system is accessed. */
function checkName(name: string): void {
  if (name === '') {
    const words = 'No image is chosen. Name one in the workflow, or give a path, as in: --set photo.image=PATH';
    throw withReason(new ImageError(words), { code: 'image-not-chosen' });
  }
  if (!isPlainName(name)) {
    throw withReason(
      new ImageError(
        `Image ${JSON.stringify(name)}: a workflow may only name images inside its own folders, without "..", "\\" or a ` +
          'leading "/". Use the plain file name, or give a path yourself, as in: --set photo.image=PATH',
      ),
      { code: 'image-path', image: name },
    );
  }
}

function isPlainName(name: string): boolean {
  const parts = name.split(/[/\\]/);
  const leadsOut = isAbsolute(name) || /^[A-Za-z]:/.test(name) || parts.includes('..') || parts.includes('');
  return !leadsOut && !name.includes('\\') && !name.includes('\0');
}

/**
 * Whether a workflow finds a file with this name in the given folders; whether it is an image is checked when it is
 * read.
 */
export async function hasImageFile(name: string, folders: readonly string[]): Promise<boolean> {
  return isPlainName(name) && (await findInFolders(name, folders)) !== undefined;
}

async function findInFolders(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = await findInside(folder, name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** @returns the file's real path; `undefined` if there is none, or if a link leads out of the folder */
async function findInside(folder: string, name: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, name));
    return path.startsWith(root.endsWith(sep) ? root : root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

interface ReadOptions {
  readonly shown: string;
  readonly maxBytes: number;
}

async function readImage(path: string, { shown, maxBytes }: ReadOptions): Promise<Uint8Array> {
  const file = await openFile(path, OPEN_AT_ONCE).catch((error: unknown) => {
    throw new ImageError(`Image "${shown}": it cannot be read (${(error as Error).message}). Check the path.`, {
      cause: error,
    });
  });
  try {
    checkFile(await file.stat(), { shown, maxBytes });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function checkFile(file: { isFile(): boolean; readonly size: number }, { shown, maxBytes }: ReadOptions): void {
  if (!file.isFile())
    throw withReason(new ImageError(`Image "${shown}": expected a file, got a folder or a device. Check the path.`), {
      code: 'image-not-a-file',
      image: shown,
    });
  if (file.size > maxBytes) {
    const megabytes = Math.ceil(file.size / 2 ** 20);
    throw withReason(
      new ImageError(
        `Image "${shown}": expected a file of at most ${Math.floor(maxBytes / 2 ** 20)} MiB, got ${megabytes} MiB. ` +
          'Make it smaller, or start with a higher --max-megapixels.',
      ),
      { code: 'image-file-size', sizeBytes: file.size, limitBytes: maxBytes },
    );
  }
}
