import { type Receipt, receipt } from '@unclip-studio/protocol';
import { readPictureText } from '../picture-text.js';
import { RECEIPT_KEYWORD } from './receipt.js';

/** What is in the place of a receipt is none, or one of a later program. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
}

/**
 * @returns `undefined` if the picture carries no receipt
 * @throws PngError or WebpError if the file is cut short or its texts are damaged
 * @throws ReceiptError if what it carries has another form
 */
export function readReceipt(picture: Uint8Array): Receipt | undefined {
  const text = readPictureText(picture, [RECEIPT_KEYWORD]).get(RECEIPT_KEYWORD);
  return text === undefined ? undefined : parseReceipt(text);
}

/** @throws ReceiptError if the text is not that of a receipt */
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
