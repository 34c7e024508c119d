import { readFileSync } from 'node:fs';
import { decodeAnimation, decodeImage } from '@unclip-studio/server';
import sharp from 'sharp';

const SHEET_PX = 240;
const FRAME_PX = 112;
const MAX_IMAGES = 9;

/** The outputs of a run, small enough for a list: its images side by side, or its animation. */
export async function contactSheet(paths: readonly string[]): Promise<Uint8Array> {
  const [first] = paths;
  if (first === undefined) throw new Error('A sheet of no images');
  const { pages = 1, pageHeight, delay } = await sharp(readFileSync(first), { animated: true }).metadata();
  if (pages > 1) return smallAnimation(first, { pages, pageHeight: pageHeight ?? 0, delay: delay ?? [] });
  const shown = paths.slice(0, MAX_IMAGES);
  const columns = Math.ceil(Math.sqrt(shown.length));
  const cellPx = Math.floor(SHEET_PX / columns);
  const tiles = await Promise.all(
    shown.map(async (path, i) => {
      const { data, width, height } = await decodeImage(readFileSync(path), path);
      const tile = sharp(data, { raw: { width, height, channels: 3 } }).resize(cellPx, cellPx, { fit: 'inside' });
      const left = (i % columns) * cellPx;
      return { input: await tile.png().toBuffer(), left, top: Math.floor(i / columns) * cellPx };
    }),
  );
  const rows = Math.ceil(shown.length / columns);
  // A single image needs no margin.
  const only = shown.length === 1 && tiles[0] !== undefined ? await sharp(tiles[0].input).metadata() : undefined;
  const width = only?.width ?? columns * cellPx;
  const height = only?.height ?? rows * cellPx;
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .webp({ quality: 80, effort: 6 })
    .toBuffer();
}

interface Frames {
  readonly pages: number;
  readonly pageHeight: number;
  readonly delay: readonly number[];
}

async function smallAnimation(path: string, { pages, pageHeight, delay }: Frames): Promise<Uint8Array> {
  const { data, width, height } = await decodeAnimation(readFileSync(path), path);
  const raw = { width, height, channels: 3, pageHeight } as const;
  const { data: small, info } = await sharp(data, { raw })
    .resize(FRAME_PX, FRAME_PX * pages, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const smallRaw = { width: info.width, height: info.height, channels: 3, pageHeight: FRAME_PX } as const;
  return sharp(small, { raw: smallRaw })
    .webp({ quality: 60, effort: 6, delay: [...delay], loop: 0 })
    .toBuffer();
}

/** The mean difference of two sheets' values, of 0..255. @throws Error if they differ in size or frames */
export async function sheetDifference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [one, other] = await Promise.all([a, b].map((bytes) => decodeAnimation(bytes, 'sheet')));
  if (one === undefined || other === undefined) throw new Error('A sheet of no images');
  if (one.width !== other.width || one.height !== other.height) {
    throw new Error(`Sheets of ${one.width} x ${one.height} and ${other.width} x ${other.height} px`);
  }
  return one.data.reduce((sum, value, i) => sum + Math.abs(value - (other.data[i] ?? 0)), 0) / one.data.length;
}
