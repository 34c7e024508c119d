import { StoreFullError, StoreUnavailableError } from '../store-errors.js';

interface S3Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** @returns `undefined` if nothing was answered */
export function statusOf(error: unknown): number | undefined {
  return (error as S3Failure).$metadata?.httpStatusCode;
}

/** There is no such object; a missing bucket is a different error. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && (error as S3Failure).name !== 'NoSuchBucket';
}

/** Says for people where it failed, what the storage said, and what to do. Holds no credentials: neither do these errors. */
export function toStoreError(
  error: unknown,
  { place, neededBytes }: { readonly place: string; readonly neededBytes: number },
): Error {
  const status = statusOf(error);
  const name = nameOf(error);
  // A bug of ours, not a problem of the storage.
  if (error instanceof Error && status === undefined && error.message.startsWith('Internal error')) return error;
  if (status === 507 || /Quota|StorageFull/i.test(name)) {
    return new StoreFullError('a file', neededBytes, { place, cause: error });
  }
  const said = status === undefined ? name : `${status}${/^\d*$/.test(name) ? '' : ` ${name}`}`;
  const { words, mayPass } = advice(status, name);
  return new StoreUnavailableError(`${place}: ${said}. ${words}`, { mayPass, cause: error });
}

function nameOf(error: unknown): string {
  const { name, code, message } = error as S3Failure;
  if (String(message).includes('Region is missing')) return 'no region';
  if (name === 'Unknown' || name === 'UnknownError') return '';
  // A system call's code says more than "Error".
  return typeof code === 'string' ? code : String(name);
}

function advice(status: number | undefined, name: string): { readonly words: string; readonly mayPass: boolean } {
  if (name === 'NoSuchBucket') {
    return { words: 'The bucket does not exist; create it, or name another with --store.', mayPass: false };
  }
  if (name === 'CredentialsProviderError') {
    return {
      words: 'No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
      mayPass: false,
    };
  }
  if (name === 'no region') return { words: 'Set AWS_REGION to where the bucket is.', mayPass: false };
  if (status === 401 || status === 403) {
    return {
      words:
        'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may do s3:GetObject, s3:PutObject, ' +
        's3:DeleteObject and s3:ListBucket there.',
      mayPass: false,
    };
  }
  if (status === 301 || status === 307 || status === 308) {
    return { words: 'The bucket is in another region; set AWS_REGION to it.', mayPass: false };
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
    return {
      words: 'The storage does not take the request; is AWS_ENDPOINT_URL an S3-compatible server?',
      mayPass: false,
    };
  }
  const words =
    status === undefined
      ? 'It does not answer. Is it running, and is AWS_ENDPOINT_URL right?'
      : 'It cannot answer now; try again in a moment.';
  return { words, mayPass: true };
}
