import { canonicalJson, type ResultRecord } from '@unclip-studio/graph-core';
import type { RgbImage, SaveOptions } from '@unclip-studio/nodes-unclip';
import type { Receipt } from '@unclip-studio/protocol';
import { WORKFLOW_KEYWORD } from '../picture-text.js';
import { programVersion } from '../program.js';
import { digestReceipt, hashPixels, RECEIPT_KEYWORD } from './receipt.js';

export interface PictureOrigin {
  /** The canonical text of the workflow that ran. */
  readonly workflowText: string;
  readonly made: SaveOptions['made'];
  /** What models ran on. */
  readonly device: string;
}

/**
 * What a saved image carries, by keyword; what other programs read comes last, and only where the workflow came from one of
 * them. Holds no time and no path: the same run gives the same bytes.
 */
export async function pictureTexts(
  picture: RgbImage,
  { workflowText, made, device }: PictureOrigin,
): Promise<Readonly<Record<string, string>>> {
  const workflow = { [WORKFLOW_KEYWORD]: workflowText };
  if (made === undefined) return workflow;
  const receipt: Receipt = {
    format: 'unclip-receipt',
    version: 1,
    program: `unclip-studio ${programVersion()}`,
    device,
    pixels: hashPixels(picture),
    index: made.index,
    nodes: made.record,
  };
  const text = canonicalJson({ ...receipt, digest: digestReceipt(receipt) });
  const others = await otherTexts(workflowText, picture, made.record);
  return { ...workflow, [RECEIPT_KEYWORD]: text, ...others };
}

/** Most workflows hold no such key, and need not have the adapter loaded. */
async function otherTexts(workflowText: string, { width, height }: RgbImage, record: ResultRecord) {
  if (!workflowText.includes('"comfyui":')) return {};
  const { imageTextsOf } = await import('@unclip-studio/comfyui');
  return imageTextsOf(workflowText, { width, height, record });
}
