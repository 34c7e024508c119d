/** A picture that cannot be used: what was looked at, what was expected and came, what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}
