import type { Extent } from '@unclip-studio/graph-core';
import type { Control } from '../port-types/conditioning.js';

/** A control net that a sampler will run because of its prompt, told before a run. */
export class ExpectedControl implements Pick<Control, 'net' | 'span' | 'isGuess'> {
  readonly net: Control['net'];
  readonly span: Control['span'];
  readonly isGuess: boolean;

  constructor({ net, span, isGuess }: Pick<Control, 'net' | 'span' | 'isGuess'>) {
    this.net = net;
    this.span = span;
    this.isGuess = isGuess;
  }
}

/** The controls of a prompt. */
export function carriedControls({ carried = [] }: Extent): readonly ExpectedControl[] {
  return carried.filter((one) => one instanceof ExpectedControl);
}
