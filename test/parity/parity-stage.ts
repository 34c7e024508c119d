import type { GoldenCase, GoldenSet } from './golden-set.js';

export type CaseResult =
  | { readonly outcome: 'passed'; readonly worstError: number; readonly tolerance: string }
  | {
      readonly outcome: 'failed';
      readonly worstError: number;
      readonly tolerance: string;
      readonly details: readonly string[];
    }
  | { readonly outcome: 'unsupported'; readonly reason: string }
  /** A case that its set calls optional. */
  | { readonly outcome: 'skipped'; readonly reason: string };

/** Compares one stage of the pipeline with the golden numbers of that stage. */
export interface ParityStage {
  /** As in the manifest. */
  readonly stage: string;
  /**
   * @throws GoldenSetError if the set is broken; anything else that is thrown counts as a failure of this case
   */
  run(goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult>;
  /** Frees what the cases shared, such as model sessions. */
  close?(): Promise<void>;
}
