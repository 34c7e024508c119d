import { canonicalJson, type ResultRecord } from '@unclip-studio/graph-core';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { sha256 } from '../sha256.js';

/** The text under which a picture carries its receipt. */
export const RECEIPT_KEYWORD = 'unclip-receipt';

/** How one picture came to be: enough to check every name in it, and to make the picture again. */
export interface Receipt {
  readonly format: 'unclip-receipt';
  readonly version: 1;
  /** Name and version of the program. */
  readonly program: string;
  readonly device: string;
  /** sha256 of the picture's pixels; see {@link hashPixels}. */
  readonly pixels: string;
  /** Which of the node's pictures it is, from 0. */
  readonly index: number;
  /** The node that saved it, last, and all that it read. */
  readonly nodes: ResultRecord;
  /** sha256 of all the rest; see {@link digestReceipt}. Receipts of before it was kept lack it. */
  readonly digest?: string;
}

/** A name for everything that a receipt says: two with one digest are the same, and one that was edited has lost its own. */
export function digestReceipt({ digest: _, ...rest }: Receipt): string {
  return sha256(canonicalJson(rest));
}

/** A name for what a picture shows, whatever file it lies in: width and height, then its RGB bytes. */
export function hashPixels({ width, height, data }: RgbImage): string {
  return sha256(Buffer.concat([Buffer.from(`${width} x ${height}\n`), data]));
}
