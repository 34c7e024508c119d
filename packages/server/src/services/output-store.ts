import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunOutput } from '@unclip-studio/graph-core';
import type { OutputService, RgbImage, SavedImageFormat, SaveOptions } from '@unclip-studio/nodes-unclip';
import { encodeAnimation } from './animation-codec.js';
import { type SignMade, signNothing } from './c2pa/sign-made.js';
import { encodeImageFile } from './encode-image-file.js';
import { OutputError } from './file-errors.js';
import { markingOf, type NodeTypes } from './receipts/image-marking.js';
import { imageTexts } from './receipts/image-texts.js';
import { RECEIPT_KEYWORD, receiptFileOf } from './receipts/receipt.js';
import { toSafeFileName } from './safe-file-name.js';
import { writeNewFile } from './write-new-file.js';

/** The location and metadata of results. */
export interface OutputStoreOptions {
  /** Where results go; made when the first one is written. */
  readonly folder: string;
  /** Where a relative folder starts; the process's working folder when left out. Locations stay as short as the folder is. */
  readonly cwd?: string;
  /** The canonical text of the workflow that runs; goes into every image. */
  readonly workflowText: string;
  /** Also write each image's receipt next to it. */
  readonly receiptFiles?: boolean;
  /** Appended to the name of each image, to distinguish runs; nothing when left out. */
  readonly nameSuffix?: string;
  /** By which images that models made are marked as such; none are when left out. */
  readonly nodeTypes?: NodeTypes;
  /** Adds a C2PA manifest; left out, there are none. */
  readonly sign?: SignMade | undefined;
  /** What models run on, for the receipts; the CPU when left out. */
  readonly device?: () => Promise<string>;
}

/**
 * Stores a run's images as numbered files, `variation-0001.png` and so on, and never overwrites one; no two share a
 * number, regardless of format. Previews go to a separate folder in the system's temporary folder.
 */
export function createOutputStore(options: OutputStoreOptions): OutputService {
  const { folder, cwd = '', workflowText, receiptFiles = false, nameSuffix = '', device = async () => 'cpu' } = options;
  const { nodeTypes = NO_TYPES, sign = signNothing } = options;
  let previews: Promise<string> | undefined;
  // Images are encoded side by side, and numbered in the order in which they were given.
  let lastSave = Promise.resolve();
  async function keep(bytes: Uint8Array, { target = folder, name, format }: NewFile): Promise<string> {
    return writeNumbered({ folder: target, cwd, name: toSafeFileName(`${name}${nameSuffix}`), format }, bytes);
  }
  async function addReceipt(location: string, text: Readonly<Record<string, string>>): Promise<void> {
    const receipt = text[RECEIPT_KEYWORD];
    if (receiptFiles && receipt !== undefined) await writeBeside(location, receipt, cwd);
  }
  /** @param before ends when the image that was given before has its number */
  async function save(
    image: RgbImage,
    { name, format = 'png', temporary, made }: SaveOptions,
    before: Promise<void>,
  ): Promise<RunOutput> {
    const text = await imageTexts(image, { workflowText, made, device: await device() });
    const marking = made && markingOf(made.record, nodeTypes);
    const { bytes, mediaType } = await sign(await encodeImageFile(image, { format, text, marking }), made);
    await before;
    if (temporary) {
      previews ??= mkdtemp(join(tmpdir(), 'unclip-preview-'));
      const location = await keep(bytes, { target: await previews, name, format });
      return { ...describeOutput(location, mediaType, image), temporary };
    }
    const location = await keep(bytes, { name, format });
    await addReceipt(location, text);
    return describeOutput(location, mediaType, image);
  }
  return {
    save(image, options) {
      const before = lastSave;
      const saving = save(image, options, before);
      lastSave = saving.then(
        () => {},
        () => {},
      );
      return saving;
    },
    async saveAnimation(frames, { name, made, ...settings }) {
      const on = await device();
      const marking = made && markingOf(made.record, nodeTypes);
      const encoded = await encodeAnimation(frames, { ...settings, marking }, (film) =>
        imageTexts(film, { workflowText, made: made && { ...made, index: 0 }, device: on }),
      );
      const { bytes, mediaType, text } = await sign(encoded, made);
      const location = await keep(bytes, { name, format: 'webp' });
      await addReceipt(location, text);
      return describeOutput(location, mediaType, frames[0] as RgbImage); // `encodeAnimation` has seen that it is there.
    },
  };
}

const NO_TYPES: NodeTypes = new Map();

interface NewFile {
  /** The folder of results when left out. */
  readonly target?: string;
  readonly name: string;
  readonly format: SavedImageFormat;
}

function describeOutput(location: string, mediaType: string, { width, height }: RgbImage): RunOutput {
  return { location, mediaType, widthPx: width, heightPx: height };
}

async function writeBeside(image: string, receipt: string, cwd: string): Promise<void> {
  const path = receiptFileOf(image);
  // The image's number was free, so a receipt with that number belongs to no other image.
  if (await writeNewFile(resolve(cwd, path), Buffer.from(`${receipt}\n`))) return;
  throw new OutputError(
    `The receipt of "${image}" would be saved to "${path}", but that file already exists. Move it away.`,
  );
}

interface NumberedName {
  readonly folder: string;
  /** Where a relative folder starts. */
  readonly cwd: string;
  readonly name: string;
  readonly format: SavedImageFormat;
}

async function writeNumbered({ folder, cwd, name, format }: NumberedName, bytes: Uint8Array): Promise<string> {
  try {
    const place = resolve(cwd, folder);
    await mkdir(place, { recursive: true });
    for (let number = await nextNumber(place, name); ; number++) {
      const file = `${name}-${String(number).padStart(4, '0')}.${format}`;
      // The name was free a moment ago; another save, here or in another process, may have been faster.
      if (await writeNewFile(join(place, file), bytes)) return join(folder, file);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputError(`Results go to "${folder}", which cannot be written: ${reason}. Choose another with --out.`, {
      cause: error,
    });
  }
}

/** One more than the highest number in use: a deleted image's number is not given again to another one. */
async function nextNumber(folder: string, name: string): Promise<number> {
  const start = `${name}-`;
  const numbers = (await readdir(folder))
    .map((file) => file.normalize('NFC'))
    .filter((file) => file.startsWith(start) && /^\d{4,15}\.(?:png|webp)$/.test(file.slice(start.length)))
    .map((file) => Number.parseInt(file.slice(start.length), 10));
  return numbers.reduce((highest, number) => Math.max(highest, number), 0) + 1;
}
