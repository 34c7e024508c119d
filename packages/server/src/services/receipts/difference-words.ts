import { type RecordDifference, unreachable } from '@unclip-studio/graph-core';
import type { RecordedNode } from '@unclip-studio/protocol';
import { showValue } from '../visible-text.js';

/** One difference between the images A and B, as a clause that begins with the place. */
export function describeDifference({ a, b, what }: RecordDifference): string {
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
