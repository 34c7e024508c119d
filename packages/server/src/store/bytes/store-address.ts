import { join } from 'node:path';

/**
 * The location of images, results and other data that workers share. Plain data, which is passed to worker processes.
 */
export type StoreAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Before every key; empty, or with a slash at its end. */
      readonly prefix: string;
      /** `http://host/bucket/key`, and not `http://bucket.host/key`: what most servers other than Amazon's expect. */
      readonly pathStyle: boolean;
    };

/** For people; also equal for all who find each other's results. */
export function showStore(address: StoreAddress): string {
  return address.kind === 'folder' ? address.folder : `s3://${address.bucket}/${address.prefix}`;
}

/** The data of one kind, separated from the others. */
export function inStore(address: StoreAddress, kind: 'blobs' | 'results' | 'server'): StoreAddress {
  if (address.kind === 'folder') return { ...address, folder: join(address.folder, kind) };
  return { ...address, prefix: `${address.prefix}${kind}/` };
}
