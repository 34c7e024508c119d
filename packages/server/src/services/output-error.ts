/** A result that could not be written: where, why, what to do. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}
