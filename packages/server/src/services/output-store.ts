import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOutput } from '@unclip-studio/graph-core';
import type { OutputService, RgbImage } from '@unclip-studio/nodes-unclip';
import { encodePng } from './image-codec.js';
import { OutputError } from './output-error.js';
import { pictureTexts } from './receipts/picture-texts.js';
import { toSafeFileName } from './safe-file-name.js';
import { writeNewFile } from './write-new-file.js';

/** Where results go and what they carry. */
export interface OutputStoreOptions {
  /** Where results go; made when the first one is written. */
  readonly folder: string;
  /** The canonical text of the workflow that runs; goes into every picture. */
  readonly workflowText: string;
}

/**
 * Keeps a run's pictures as numbered files, `variation-0001.png` and so on, and never overwrites one. Pictures for
 * looking at only go to a folder of their own among the system's temporary files.
 */
export function createOutputStore({ folder, workflowText }: OutputStoreOptions): OutputService {
  let previews: Promise<string> | undefined;
  return {
    async save(picture, { name, temporary, made }) {
      const png = await encodePng(picture, pictureTexts(picture, { workflowText, made }));
      previews ??= temporary ? mkdtemp(join(tmpdir(), 'unclip-preview-')) : undefined;
      const target = temporary && previews ? await previews : folder;
      const location = await writeNumbered(target, toSafeFileName(name), png);
      return describeOutput(location, picture, temporary);
    },
  };
}

function describeOutput(location: string, { width, height }: RgbImage, temporary: boolean): RunOutput {
  const output = { location, mediaType: 'image/png', widthPx: width, heightPx: height };
  return temporary ? { ...output, temporary } : output;
}

async function writeNumbered(folder: string, name: string, png: Uint8Array): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    for (let number = await nextNumber(folder, name); ; number++) {
      const path = join(folder, `${name}-${String(number).padStart(4, '0')}.png`);
      // The name was free a moment ago; another save, here or in another process, may have been faster.
      if (await writeNewFile(path, png)) return path;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputError(`Results go to "${folder}", which cannot be written: ${reason}. Choose another with --out.`, {
      cause: error,
    });
  }
}

/** One more than the highest number in use: a deleted picture's number is not given again to another one. */
async function nextNumber(folder: string, name: string): Promise<number> {
  const start = `${name}-`;
  const numbers = (await readdir(folder))
    .map((file) => file.normalize('NFC'))
    .filter((file) => file.startsWith(start) && /^\d{4,15}\.png$/.test(file.slice(start.length)))
    .map((file) => Number.parseInt(file.slice(start.length), 10));
  return numbers.reduce((highest, number) => Math.max(highest, number), 0) + 1;
}
