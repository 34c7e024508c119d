import type { Reason } from '@unclip-studio/protocol';

/** The disk, or the storage, has no space. Nothing was changed, nothing incomplete stays behind. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
  /** What had to be written, as far as it is known. */
  readonly neededBytes: number;
  readonly because: Reason;

  /** @param place the storage, if it is not a disk of this machine */
  constructor(
    what: string,
    neededBytes: number,
    { place, ...options }: ErrorOptions & { readonly place?: string } = {},
  ) {
    super(
      place === undefined
        ? `The disk is full: ${what} could not be stored. Make room on the disk that holds the data folder.`
        : `${place} is full: ${what} could not be stored. Raise its quota, or make room in it.`,
      options,
    );
    this.neededBytes = neededBytes;
    this.because = place === undefined ? { code: 'disk-full' } : { code: 'storage-full', storage: place };
  }
}

/** The data folder cannot be used as it is; the message says why and what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** The storage of images and results cannot be reached, or refuses; nothing was changed. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly because: Reason = { code: 'storage-unreachable' };
  readonly retryAfterSeconds = 5;
  /** Whether it may work by itself after a while, as when the network is down; a wrong key does not become right. */
  readonly mayPass: boolean;

  constructor(message: string, { mayPass, ...options }: ErrorOptions & { readonly mayPass: boolean }) {
    super(message, options);
    this.mayPass = mayPass;
  }
}

/** The database file cannot be used: it is damaged, or no database. Says what to do. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
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
  readonly because: Reason;

  constructor(workflowName: string, currentRevision: number) {
    super(`The workflow "${workflowName}" has been changed elsewhere; its revision is now ${currentRevision}.`);
    this.currentRevision = currentRevision;
    this.because = { code: 'workflow-changed', name: workflowName };
  }
}
