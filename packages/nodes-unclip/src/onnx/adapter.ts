import type { ElementType } from './external-data.js';

// What LoRA and its relatives add to the weight W of a linear layer or a convolution, after PEFT 0.21 (LoRA, DoRA) and
// LyCORIS 3 (LoCon, LoHa, LoKr). Convolutions count as matrices [out, in * k * k].

/** Numbers that an adapter brings along, as its file holds them. */
export interface Factor {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/**
 * `up` times `down`; with `mid` a convolution k x k between the two, which are 1 x 1 then.
 *
 * `magnitude` makes it a DoRA: the sum of W and the product is brought to this length, row by row.
 */
export interface LowRank {
  readonly kind: 'low-rank';
  readonly down: Factor;
  readonly mid: Factor | null;
  readonly up: Factor;
  readonly magnitude: Factor | null;
}

/** LoHa: the product of two low-rank matrices, number by number. */
interface Hadamard {
  readonly kind: 'hadamard';
  readonly factors: readonly [Matrix, Matrix];
}

/** LoKr: the Kronecker product of two matrices. */
export interface Kronecker {
  readonly kind: 'kronecker';
  readonly factors: readonly [Matrix, Matrix];
}

/** The whole difference. */
interface Full {
  readonly kind: 'full';
  readonly difference: Factor;
}

/** A matrix, or the product of `a` and `b`; with a core [r, r, k, k] between the two, whose first axis goes with `a`. */
export type Matrix = Factor | { readonly a: Factor; readonly b: Factor; readonly core: Factor | null };

/** The addition to one weight, times `scale`. */
export type WeightAdapter = (LowRank | Hadamard | Kronecker | Full) & {
  /** alpha / rank, strength included. */
  readonly scale: number;
};
