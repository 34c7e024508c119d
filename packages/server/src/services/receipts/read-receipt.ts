import { type Receipt, receipt } from '@unclip-studio/protocol';
import type { BlobStore } from '../../store/blob-store.js';
import { StoreDamagedError } from '../../store/store-errors.js';
import { isImageFileError } from '../file-errors.js';
import { readImageText } from '../image-text.js';
import { RECEIPT_KEYWORD } from './receipt.js';

/** The text is not a receipt, or one of a later program. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
}

/**
 * @returns `undefined` if the image contains no receipt
 * @throws PngError or WebpError if the file is cut short or its texts are damaged
 * @throws ReceiptError if its receipt has another form
 */
export function readReceipt(image: Uint8Array): Receipt | undefined {
  const text = readImageText(image, [RECEIPT_KEYWORD]).get(RECEIPT_KEYWORD);
  return text === undefined ? undefined : parseReceipt(text);
}

/** @throws ReceiptError if the text is not a receipt */
export function parseReceipt(text: string): Receipt {
  const parsed = receipt.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ReceiptError(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'of another form'}`);
  }
  // zod types a missing optional key as undefined, which JSON cannot hold.
  return parsed.data as Receipt;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReceiptError('it is not JSON');
  }
}

/** The receipt of a stored image; nothing if it is gone, damaged or has none. */
export async function readStoredReceipt(blobs: BlobStore, sha256: string): Promise<Receipt | undefined> {
  try {
    const bytes = await blobs.read(sha256);
    return bytes && readReceipt(bytes);
  } catch (error) {
    if (error instanceof StoreDamagedError || isImageFileError(error) || error instanceof ReceiptError) {
      return undefined;
    }
    throw error;
  }
}
