import { z } from 'zod';
import { readPictureText } from '../picture-text.js';
import { RECEIPT_KEYWORD, type Receipt } from './receipt.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const recordedNode = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  params: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), z.string()).optional(),
  inputs: z.array(z.object({ input: z.string(), node: z.string(), output: z.string() })),
  fingerprint: digest,
});

/** The form of a receipt; whoever made the file may have written anything into it. */
export const receiptSchema = z.object({
  format: z.literal('unclip-receipt'),
  version: z.literal(1),
  program: z.string(),
  device: z.string(),
  pixels: digest,
  index: z.int().min(0),
  nodes: z.array(recordedNode).min(1),
  digest: digest.optional(),
});

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
  const parsed = receiptSchema.safeParse(parseJson(text));
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
