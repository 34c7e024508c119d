import type { Receipt } from '@unclip-studio/protocol';
import type { BlobStore } from '../../store/blob-store.js';
import { StoreDamagedError } from '../../store/store-errors.js';
import { isPictureFileError } from '../file-errors.js';
import { ReceiptError, readReceipt } from './read-receipt.js';

/** What a stored picture says of itself; nothing if it is gone, damaged or says nothing. */
export async function readStoredReceipt(blobs: BlobStore, sha256: string): Promise<Receipt | undefined> {
  try {
    const bytes = await blobs.read(sha256);
    return bytes && readReceipt(bytes);
  } catch (error) {
    if (error instanceof StoreDamagedError || isPictureFileError(error) || error instanceof ReceiptError) {
      return undefined;
    }
    throw error;
  }
}
