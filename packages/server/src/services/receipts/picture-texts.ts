import { canonicalJson } from '@unclip-studio/graph-core';
import type { RgbImage, SaveOptions } from '@unclip-studio/nodes-unclip';
import type { Receipt } from '@unclip-studio/protocol';
import { WORKFLOW_KEYWORD } from '../embedded-workflow.js';
import { programVersion } from '../program.js';
import { digestReceipt, hashPixels, RECEIPT_KEYWORD } from './receipt.js';

export interface PictureOrigin {
  /** The canonical text of the workflow that ran. */
  readonly workflowText: string;
  readonly made: SaveOptions['made'];
  /** What models ran on. */
  readonly device: string;
}

/** What a saved picture carries, by keyword. Holds no time and no path: the same run gives the same bytes. */
export function pictureTexts(
  picture: RgbImage,
  { workflowText, made, device }: PictureOrigin,
): Readonly<Record<string, string>> {
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
  return { ...workflow, [RECEIPT_KEYWORD]: canonicalJson({ ...receipt, digest: digestReceipt(receipt) }) };
}
