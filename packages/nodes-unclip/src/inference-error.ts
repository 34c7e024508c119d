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
