type RefusalKind = 'bad-request' | 'not-found' | 'too-large';

/** A request of a ComfyUI client that cannot be answered. The message is sent to the client. */
export class ComfyRequestError extends Error {
  override readonly name = 'ComfyRequestError';
  readonly kind: RefusalKind;
  /** The field that is wrong; `path` is dotted, with the part of the request first. */
  readonly field: { readonly path: string; readonly message: string } | undefined;

  constructor(kind: RefusalKind, message: string, field?: ComfyRequestError['field']) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}
