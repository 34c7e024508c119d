/** A request of a ComfyUI client that cannot be answered. The message is sent to the client. */
export class ComfyRequestError extends Error {
  override readonly name = 'ComfyRequestError';
  readonly kind: 'bad-request' | 'not-found';
  /** The field that is wrong; `path` is dotted, with the part of the request first. */
  readonly field: { readonly path: string; readonly message: string } | undefined;

  constructor(kind: 'bad-request' | 'not-found', message: string, field?: ComfyRequestError['field']) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}
