import { readFile } from 'node:fs/promises';
import type { Receipt } from '@unclip-studio/protocol';
import { isImageFileError } from '../services/file-errors.js';
import { parseReceipt, ReceiptError, readReceipt } from '../services/receipts/read-receipt.js';
import { receiptFileOf } from '../services/receipts/receipt.js';
import { fromCwd } from '../services/surroundings.js';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { BadInput } from './exit-codes.js';
import type { Io } from './io.js';

export interface ReceiptedImage {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
}

/**
 * Reads the receipt inside an image; if it has none, the one in the file next to it.
 *
 * @throws BadInput if the file cannot be read, or there is no valid receipt
 */
export async function readImageReceipt(file: string, io: Pick<Io, 'cwd'>): Promise<ReceiptedImage> {
  const bytes = await readFile(fromCwd(io, file)).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    throw new BadInput([`"${file}" cannot be read: ${describeSystemError(error)}`]);
  });
  let source = file;
  try {
    const inside = readReceipt(bytes);
    if (inside !== undefined) return { bytes, receipt: inside };
    source = receiptFileOf(file);
    const text = await readFile(fromCwd(io, source), 'utf8').catch(() => undefined);
    if (text !== undefined) return { bytes, receipt: parseReceipt(text) };
  } catch (error) {
    if (isImageFileError(error)) throw new BadInput([`"${file}" is not a complete image: ${error.message}.`]);
    if (error instanceof ReceiptError) throw new BadInput([`"${source}" has no valid receipt: ${error.message}.`]);
    throw error;
  }
  throw new BadInput([
    `"${file}" has no receipt, and there is none next to it ("${source}"). Only PNGs and WebPs saved by ` +
      'unclip-studio carry one, and sending them through a chat or an image editor often removes it.',
  ]);
}
