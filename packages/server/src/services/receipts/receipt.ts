import { join, parse } from 'node:path';
import { canonicalJson } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import type { Receipt } from '@unclip-studio/protocol';
import { sha256 } from '../../common/sha256.js';

/** The text under which an image carries its receipt. */
export const RECEIPT_KEYWORD = 'unclip-receipt';

/**
 * A hash of everything in a receipt: two with the same digest are equal, and an edited one no longer matches its own.
 */
export function digestReceipt({ digest: _, ...rest }: Receipt): string {
  return sha256(canonicalJson(rest));
}

/**
 * A hash of the pixels of an image, regardless of its file: width and height, then its RGB bytes; of 16 bits the upper
 * ones first.
 */
export function hashPixels({ width, height, data, lowBytes = new Uint8Array() }: RgbImage): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data, lowBytes]));
}

/** The path of an image's receipt file: `cat-0001.png` has `cat-0001.receipt.json`. */
export function receiptFileOf(image: string): string {
  const { dir, name } = parse(image);
  return join(dir, `${name}.receipt.json`);
}
