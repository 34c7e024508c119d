import type { Tensor } from '../tensor/tensor.js';
import type { ControlQuestion } from './ask-control-nets.js';

/** The UNet's inputs for one call. With guidance the rows are doubled, the unconditional half first. */
export interface UnetQuestion {
  /** float32 [n, c, h, w] */
  readonly sample: Tensor;
  /** 0..999, with a fraction for some schedulers. */
  readonly timestep: number;
  /** What steers it, by the UNet's names of its inputs: float32 [n, ...]. */
  readonly guides: Readonly<Record<string, Tensor>>;
  /** What control nets add to it; the UNet is one that takes nothing of them when left out. */
  readonly controls?: readonly ControlQuestion[];
  /**
   * `keep`: what the deep layers make is kept for later questions. `reuse`: it is taken from the last one that kept it, which
   * is faster and not exact. It is computed and forgotten when left out.
   */
  readonly deep?: 'keep' | 'reuse';
  /**
   * The index of one of several predictions of a call: its cached layers are reused for the same one at a later call.
   */
  readonly memory?: { readonly slot: string; readonly call: number };
}
