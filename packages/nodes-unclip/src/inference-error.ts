/** The inference runtime failed on a model; `cause` is the runtime's own error. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';
}
