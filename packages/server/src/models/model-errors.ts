/** What was asked of the model manager cannot be done; the message says what to do instead. */
export class ModelManagerError extends Error {
  override readonly name: string = 'ModelManagerError';
}

/** There is no such model, download or deletion. */
export class NoSuchModel extends ModelManagerError {
  override readonly name = 'NoSuchModel';
}

/** There is no room for it. */
export class NoRoomForModel extends ModelManagerError {
  override readonly name = 'NoRoomForModel';
}
