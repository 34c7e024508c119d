import { fromCwd, type Surroundings } from '../services/surroundings.js';
import type { StoreAddress } from '../store/bytes/store-address.js';
import { BadInput } from './exit-codes.js';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9_./-]*$/;

/**
 * Reads where bytes are stored. Credentials for S3 come from Amazon's own variables and files, so that no secret is
 * ever among the options, which all users of a machine can see.
 *
 * @returns `undefined` if no store was given
 * @throws BadInput
 */
export function readStore(text: string | undefined, io: Surroundings): StoreAddress | undefined {
  if (text === undefined) return undefined;
  if (/^s3:/i.test(text)) return readS3(text, io.env);
  // Any other address would become a folder of a strange name.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new BadInput([`--store: ${EXPECTED}.`]);
  return { kind: 'folder', folder: fromCwd(io, text) };
}

const EXPECTED = 'expected a folder, or a bucket as in s3://pictures/studio or s3://pictures?style=path';

/** The address may hold what should not be there, so it is not repeated. */
function readS3(text: string, env: Surroundings['env']): StoreAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !BUCKET.test(url.host)) throw new BadInput([`--store: ${EXPECTED}.`]);
  if (url.username !== '' || url.password !== '') {
    throw new BadInput([
      '--store: keys do not belong into the address, which others can see. Put them into AWS_ACCESS_KEY_ID and ' +
        'AWS_SECRET_ACCESS_KEY.',
    ]);
  }
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  if (!PREFIX.test(path) || path.split('/').includes('..')) {
    throw new BadInput(['--store: a prefix may hold letters, digits and - _ . / only.']);
  }
  const style = url.searchParams.get('style');
  if (
    (style !== null && style !== 'path' && style !== 'host') ||
    [...url.searchParams.keys()].some((k) => k !== 'style')
  ) {
    throw new BadInput([`--store: ${EXPECTED}.`]);
  }
  const isElsewhere = Boolean(env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL']);
  return {
    kind: 's3',
    bucket: url.host,
    prefix: path === '' ? '' : `${path}/`,
    pathStyle: style === null ? isElsewhere : style === 'path',
  };
}
