/** The disk has no room for what was to be stored. Nothing was changed, nothing half written stays behind. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
  /** What had to be written, as far as it is known. */
  readonly neededBytes: number;

  constructor(what: string, neededBytes: number, options?: ErrorOptions) {
    super(`The disk is full: ${what} could not be stored. Make room on the disk that holds the data folder.`, options);
    this.neededBytes = neededBytes;
  }
}

/** A stored file does not hold what its name says; it was damaged after it was written. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError';
}

/** The saved workflow has moved on since the revision on which a change was based. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  /** The newest revision; 0 when there is none, as after a delete. */
  readonly currentRevision: number;

  constructor(workflowName: string, currentRevision: number) {
    super(`The workflow "${workflowName}" has been changed elsewhere; its revision is now ${currentRevision}.`);
    this.currentRevision = currentRevision;
  }
}
