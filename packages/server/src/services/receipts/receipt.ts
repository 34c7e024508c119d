import { join, parse } from 'node:path';
import { canonicalJson } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import type { Receipt } from '@unclip-studio/protocol';
import { sha256 } from '../../common/sha256.js';

/** The text under which a picture carries its receipt. */
export const RECEIPT_KEYWORD = 'unclip-receipt';

/** A name for everything that a receipt says: two with one digest are the same, and one that was edited has lost its own. */
export function digestReceipt({ digest: _, ...rest }: Receipt): string {
  return sha256(canonicalJson(rest));
}

/** A name for what a picture shows, whatever file it lies in: width and height, then its RGB bytes; of 16 bits the upper ones first. */
export function hashPixels({ width, height, data, lowBytes = new Uint8Array() }: RgbImage): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data, lowBytes]));
}

/** Where the receipt of a picture lies beside it: `cat-0001.png` has `cat-0001.receipt.json`. */
export function receiptFileOf(picture: string): string {
  const { dir, name } = parse(picture);
  return join(dir, `${name}.receipt.json`);
}
