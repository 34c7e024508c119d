/**
 * Reads a size as an operator writes it: KB, MB, GB and TB are powers of 1000, KiB, MiB, GiB and TiB of 1024. The B may be
 * left out, and upper and lower case are the same.
 *
 * @param plainUnit what a number without a unit counts; left out, it is refused
 * @returns whole bytes; `undefined` for anything else
 */
export function parseByteSize(text: string, plainUnit?: 'GB'): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt])(i?)b?|b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits = '', prefix, binary] = match;
  const hasUnit = /[a-z]$/i.test(text.trim());
  if (!hasUnit && plainUnit === undefined) return undefined;
  const power = POWERS.indexOf(hasUnit ? (prefix ?? '').toLowerCase() : 'g');
  const bytes = Math.round(Number(digits) * (binary ? 1024 : 1000) ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

// Of the prefixes.
const POWERS = ['', 'k', 'm', 'g', 't'];

/** @returns such as `1.7 GB`, `35.0 MB` */
export function toSize(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
