import { canonicalJson, type ResultRecord } from '@unclip-studio/graph-core';
import type { RgbImage, SaveOptions } from '@unclip-studio/nodes-unclip';
import type { Receipt } from '@unclip-studio/protocol';
import { WORKFLOW_KEYWORD } from '../image-text.js';
import { programVersion } from '../program.js';
import { digestReceipt, hashPixels, RECEIPT_KEYWORD } from './receipt.js';

export interface ImageOrigin {
  /** The canonical text of the workflow that ran. */
  readonly workflowText: string;
  readonly made: SaveOptions['made'];
  /** What models ran on. */
  readonly device: string;
}

/**
 * The texts of a saved image, by keyword; those for other programs come last, and only if the workflow came from one of
 * them. Contains no time and no path: the same run gives the same bytes.
 */
export async function imageTexts(
  image: RgbImage,
  { workflowText, made, device }: ImageOrigin,
): Promise<Readonly<Record<string, string>>> {
  const workflow = { [WORKFLOW_KEYWORD]: workflowText };
  if (made === undefined) return workflow;
  const receipt: Receipt = {
    format: 'unclip-receipt',
    version: 1,
    program: `unclip-studio ${programVersion()}`,
    device,
    pixels: hashPixels(image),
    index: made.index,
    nodes: made.record,
  };
  const text = canonicalJson({ ...receipt, digest: digestReceipt(receipt) });
  const others = await otherTexts(workflowText, image, made.record);
  return { ...workflow, [RECEIPT_KEYWORD]: text, ...others };
}

/** Most workflows hold no such key, and need not have the adapter loaded. */
async function otherTexts(workflowText: string, { width, height }: RgbImage, record: ResultRecord) {
  if (!workflowText.includes('"comfyui":')) return {};
  const { imageTextsOf } = await import('@unclip-studio/comfyui');
  return imageTextsOf(workflowText, { width, height, record });
}
