import { readFile } from 'node:fs/promises';
import { PngError } from '../services/png-chunks.js';
import { ReceiptError, readReceipt } from '../services/receipts/read-receipt.js';
import type { Receipt } from '../services/receipts/receipt.js';
import { BadInput } from './bad-input.js';

export interface ReceiptedPicture {
  readonly png: Uint8Array;
  readonly receipt: Receipt;
}

/** @throws BadInput if the file cannot be read or carries no receipt */
export async function readPictureReceipt(file: string): Promise<ReceiptedPicture> {
  const png = await readFile(file).catch((error: unknown) => {
    throw new BadInput([`"${file}" cannot be read: ${(error as Error).message}.`]);
  });
  try {
    const receipt = readReceipt(png);
    if (receipt !== undefined) return { png, receipt };
  } catch (error) {
    if (error instanceof PngError) throw new BadInput([`"${file}" is no whole PNG: ${error.message}.`]);
    if (error instanceof ReceiptError) throw new BadInput([`"${file}" carries no sound receipt: ${error.message}.`]);
    throw error;
  }
  throw new BadInput([
    `"${file}" carries no receipt. Only PNGs saved by unclip-studio do, and sending them through a chat or an image ` +
      'editor often removes it.',
  ]);
}
