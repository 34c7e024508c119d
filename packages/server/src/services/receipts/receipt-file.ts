import { join, parse } from 'node:path';

/** Where the receipt of a picture lies beside it: `cat-0001.png` has `cat-0001.receipt.json`. */
export function receiptFileOf(picture: string): string {
  const { dir, name } = parse(picture);
  return join(dir, `${name}.receipt.json`);
}
