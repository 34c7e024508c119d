import { compareRecords } from '@unclip-studio/graph-core';
import { describeDifference } from '../../services/receipts/difference-words.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { readImageReceipt } from '../read-image-receipt.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip explain`: at which node and param two images part, first the one that comes first in the making.
 *
 * @throws BadInput if one of them carries no receipt
 */
export async function explainImages({ a, b }: ConfigOf<'explain'>, { io, terminal }: CommandContext): Promise<number> {
  const [one, other] = await Promise.all([readImageReceipt(a, io), readImageReceipt(b, io)]);
  const [receiptA, receiptB] = [one.receipt, other.receipt];
  const isSame = receiptA.pixels === receiptB.pixels;
  terminal.out(isSame ? 'The images are identical, pixel for pixel.' : 'The images differ.');
  const [first, ...further] = compareRecords(receiptA.nodes, receiptB.nodes);
  if (first !== undefined) terminal.out(`They part at ${describeDifference(first)}`);
  for (const difference of further) terminal.out(`Then at ${describeDifference(difference)}`);
  if (first === undefined && receiptA.index !== receiptB.index) {
    terminal.out(`One run made both: A is its image ${receiptA.index + 1}, B its image ${receiptB.index + 1}.`);
  }
  for (const name of ['program', 'device'] as const) {
    if (receiptA[name] !== receiptB[name])
      terminal.out(`The ${name} was ${receiptA[name]} in A, ${receiptB[name]} in B.`);
  }
  return EXIT.done;
}
