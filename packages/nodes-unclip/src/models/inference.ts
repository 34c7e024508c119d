import type { Reason } from '@unclip-studio/graph-core';
import type { Formulation } from '../onnx/formulations.js';
import type { Tensor } from '../tensor/tensor.js';

/** An ONNX model as bytes, whose large weights stay where they are on disk. */
export interface BuiltModel {
  /** A serialized ONNX ModelProto. External tensors name plain files inside `weightsFolder`. */
  readonly bytes: Uint8Array;
  /** The same of a model that runs before it, in float32, whose outputs it takes as inputs; see `timeApart` of formulations. */
  readonly prelude?: Uint8Array;
  /** Left out of models that were not built here. */
  readonly outputNames?: readonly string[];
  /** Absolute path; `null` when the model carries all its weights in `bytes`. */
  readonly weightsFolder: string | null;
  /** What the weights take in memory, mapped or copied; the runtime's own buffers come on top. */
  readonly weightBytes: number;
  /**
   * The weights are best used mapped from their files: each is widened to float just before it is needed, and none is
   * packed. Left out, they are copied, widened and packed when the model is loaded.
   */
  readonly staysOnDisk?: boolean;
  /** Working memory of a run in addition to the weights, estimated; 0 when left out. */
  readonly workingBytes?: number;
  /** Multiplications with additions of one run, or of one row where `rowsAreFree`; see {@link GraphBuilder}. */
  readonly multiplyAdds?: number;
  /** The caller chooses at each run how many rows there are. */
  readonly rowsAreFree?: boolean;
  /** It runs many times in succession, so its working memory is kept; that of others is released after a run. */
  readonly runsOnEnd: boolean;
}

/** A model that inference may or may not have ready; `build` is called only if it has not. */
export interface ModelRequest {
  /** Names graph, weights and shapes: equal keys mean the same model. */
  readonly key: string;
  /** Equal for models that differ only in shapes: the speed of one predicts that of the others. */
  readonly family?: string;
  /** It may be computed in bfloat16 where users ask for that; all other models are exact there. */
  readonly takesBfloat16?: true;
  /**
   * @param formulation how operations are written; the CPU's when left out
   * @param addressOf where a file is mapped in memory, by its absolute path; left out, the model names its files
   */
  build(formulation?: Formulation, addressOf?: (path: string) => number): BuiltModel;
}

export interface ModelOptions {
  /** Paths of modules, as weight keys spell them, whose results are to be outputs of the same names as well. */
  readonly moduleResults?: readonly string[];
}

export type Feeds = Readonly<Record<string, Tensor | Tensor<'int64'>>>;

export interface InferenceService {
  /** What loaded models may take together; no limit when left out. */
  readonly memoryBudgetBytes?: number;
  /**
   * @returns the model's outputs by name, float32
   * @throws InferenceError naming the model, with the runtime's own error as cause
   */
  run(model: ModelRequest, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
  /** Called with what the user should know although the run continues, in English and as data. */
  notice?(words: string, because: Reason): void;
  /**
   * From now on, attention processes fewer queries at a time, with the same results; `notice` is called.
   *
   * @returns whether that was possible
   */
  takeFewerQueries?(): Promise<boolean>;
  /** Continues with the next device after a call of `notice`. @returns whether there is one */
  leaveDevice?(words: string, because: Reason): boolean;
}

/** Whether a model fits into memory at once, by its own estimate. */
export type FitsMemory = (model: ModelRequest) => boolean;

/** By the memory budget of the runtime. @param sizesOf what a model takes, for callers that know it already */
export function fitsInto(
  { memoryBudgetBytes }: Pick<InferenceService, 'memoryBudgetBytes'>,
  sizesOf: (model: ModelRequest) => Pick<BuiltModel, 'weightBytes' | 'workingBytes'> = (model) => model.build(),
): FitsMemory {
  if (memoryBudgetBytes === undefined || memoryBudgetBytes === Number.POSITIVE_INFINITY) return () => true;
  return (model) => {
    const { weightBytes, workingBytes = 0 } = sizesOf(model);
    return weightBytes + workingBytes <= memoryBudgetBytes;
  };
}

/**
 * Runs a model whose work cannot be split: if memory runs out, it continues on the next device.
 *
 * @throws InferenceError as {@link InferenceService} does
 */
export async function runOrLeaveDevice(
  inference: InferenceService,
  model: ModelRequest,
  feeds: Feeds,
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await inference.run(model, feeds);
  } catch (error) {
    if (!isOutOfMemory(error) || !leaveFullDevice(inference)) throw error;
    return inference.run(model, feeds);
  }
}

/** Continues on the next device, since this one has too little memory. @returns whether there is one */
export function leaveFullDevice(inference: InferenceService): boolean {
  const because = { code: 'memory-short', solution: 'cpu' } as const;
  return inference.leaveDevice?.('The device ran out of memory. Continuing on the CPU.', because) ?? false;
}

/** Whether less at once may still fit. */
export function isOutOfMemory(error: unknown): error is InferenceError {
  return error instanceof InferenceError && error.isOutOfMemory;
}

/** The inference runtime failed on a model; `cause` is the runtime's own error. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
  /** Less at once may still fit. */
  readonly isOutOfMemory: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isOutOfMemory?: boolean } = {}) {
    super(message, options);
    this.isOutOfMemory = options.isOutOfMemory ?? false;
  }
}
