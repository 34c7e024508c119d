import { join } from 'node:path';

/** Where pictures, results and whatever else workers share lie. Plain data, which crosses to worker processes. */
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

/** What is kept of one kind, apart from the others. */
export function inStore(address: StoreAddress, kind: 'blobs' | 'results' | 'server'): StoreAddress {
  if (address.kind === 'folder') return { ...address, folder: join(address.folder, kind) };
  return { ...address, prefix: `${address.prefix}${kind}/` };
}
