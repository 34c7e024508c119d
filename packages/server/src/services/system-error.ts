/** An error that the operating system gave, mostly about a file. */
export type SystemError = NodeJS.ErrnoException & { readonly code: string };

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission for it',
  EPERM: 'this user has no permission for it',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'part of the path is a file and not a folder',
  EISDIR: 'it is a folder and not a file',
  EEXIST: 'something else of this name is there already',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  ELOOP: 'its links lead back to themselves',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports an error. Check it',
  EBUSY: 'another program uses it',
};

/** @returns such as `"/data/studio": this user has no permission for it (EACCES).` */
export function describeSystemError(error: SystemError): string {
  const reason = REASONS[error.code];
  if (reason === undefined) return `${error.message}.`;
  const path = (error as { readonly dest?: string }).dest ?? error.path;
  return `${path === undefined ? error.syscall : `"${path}"`}: ${reason} (${error.code}).`;
}
