import { compareRecords, type RecordDifference, type RecordedNode, unreachable } from '@unclip-studio/graph-core';
import { EXIT } from './exit-codes.js';
import { readPictureReceipt } from './read-picture-receipt.js';
import { showValue } from './show-value.js';
import type { Terminal } from './terminal.js';

/**
 * `unclip explain`: at which node and param two pictures part, first the one that comes first in the making.
 *
 * @throws BadInput if one of them carries no receipt
 */
export async function explainPictures(a: string, b: string, terminal: Terminal): Promise<number> {
  const [one, other] = await Promise.all([readPictureReceipt(a), readPictureReceipt(b)]);
  const [receiptA, receiptB] = [one.receipt, other.receipt];
  const isSame = receiptA.pixels === receiptB.pixels;
  terminal.out(isSame ? 'The pictures are the same, pixel for pixel.' : 'The pictures are not the same.');
  const [first, ...further] = compareRecords(receiptA.nodes, receiptB.nodes);
  if (first !== undefined) terminal.out(`They part at ${describe(first)}`);
  for (const difference of further) terminal.out(`Then at ${describe(difference)}`);
  if (first === undefined && receiptA.index !== receiptB.index) {
    terminal.out(`One run made both: A is its picture ${receiptA.index + 1}, B its picture ${receiptB.index + 1}.`);
  }
  for (const name of ['program', 'device'] as const) {
    if (receiptA[name] !== receiptB[name])
      terminal.out(`The ${name} was ${receiptA[name]} in A, ${receiptB[name]} in B.`);
  }
  return EXIT.done;
}

function describe({ a, b, what }: RecordDifference): string {
  const where = a.id === b.id ? `${a.id} (${a.type})` : `${a.id} in A, ${b.id} in B (${a.type})`;
  switch (what.kind) {
    case 'type':
      return `${a.id}, a ${a.type} in A, where B has ${b.id}, a ${b.type}.`;
    case 'version':
      return `${where}: version ${a.version} of the node in A, ${b.version} in B.`;
    case 'param':
      return `${where}, ${what.param}: ${shownParam(a, what.param)} in A, ${shownParam(b, what.param)} in B.`;
    case 'input':
      return `${where}, input ${what.input}: ${shownInput(a, what.input)} in A, ${shownInput(b, what.input)} in B.`;
    default:
      return unreachable(what);
  }
}

function shownParam({ params, files }: RecordedNode, param: string): string {
  const file = files?.[param];
  return file === undefined ? showValue(params[param]) : `${file} (sha256 ${String(params[param]).slice(0, 12)}…)`;
}

function shownInput({ inputs }: RecordedNode, input: string): string {
  const link = inputs.find((one) => one.input === input);
  return link === undefined ? 'nothing' : `${link.node}.${link.output}`;
}
