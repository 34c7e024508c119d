import type { Reason } from '@unclip-studio/protocol';

/** The model manager cannot do what was requested; the message says what to do instead. */
export class ModelManagerError extends Error {
  override readonly name: string = 'ModelManagerError';
}

/** There is no such model, download or deletion. */
export class NoSuchModel extends ModelManagerError {
  override readonly name = 'NoSuchModel';
  readonly because: Reason = { code: 'model-gone' };
}

/** There is not enough space. */
export class NoRoomForModel extends ModelManagerError {
  override readonly name = 'NoRoomForModel';
}

/** The server can be reached by others, and its operator has not accepted the licences of these models. */
export class LicenseNotAccepted extends ModelManagerError {
  override readonly name = 'LicenseNotAccepted';
  readonly because: Reason;

  constructor(models: readonly { readonly name: string; readonly license: string }[]) {
    const named = models.map(({ name, license }) => `"${name}" (${license || 'a custom licence'})`).join(', ');
    const commands = models.map(({ name }) => `unclip models licence ${JSON.stringify(name)} --accept`).join('; ');
    super(
      `Others can reach this server, and the licence of ${named} restricts what the model may be used for. Its operator must ` +
        `accept it first: ${commands}, or start the server with --accept-licence NAME.`,
    );
    this.because = { code: 'licence-not-accepted', models: models.map(({ name }) => name) };
  }
}
