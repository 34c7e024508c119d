import { gunzipSync } from 'node:zlib';
import { MAX_PACKAGE_BYTES, MAX_PACKAGE_FILES } from '../limits.js';

/** A file of a package. */
export interface PackedFile {
  /** Inside of the package, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/** The archive is not one of a package, or holds what no package of nodes needs. */
export class TarballError extends Error {
  override readonly name = 'TarballError';
}

/**
 * The files of a package as npm packs it: a gzipped tar whose paths begin with one folder, which is left out.
 *
 * @throws TarballError for paths that lead out of the package, links, devices, and sizes beyond all reason
 */
export function readTarball(packed: Uint8Array): readonly PackedFile[] {
  const tar = unzip(packed);
  const files: PackedFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = Number.parseInt(textAt(header, 124, 12).trim() || '0', 8);
    const kind = String.fromCharCode(header[156] ?? 0);
    const bytes = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (!Number.isSafeInteger(size) || bytes.length !== size) throw new TarballError('the archive ends too early');
    at += BLOCK + BLOCK * Math.ceil(size / BLOCK);
    const prefix = textAt(header, 345, 155);
    const name = longName ?? (prefix === '' ? textAt(header, 0, 100) : `${prefix}/${textAt(header, 0, 100)}`);
    longName = undefined;
    if (kind === 'x') longName = pathOfPax(new TextDecoder().decode(bytes));
    else if (kind === '0' || kind === '\0') files.push({ path: innerPath(name), bytes: Uint8Array.from(bytes) });
    // Folders follow from the files in them; `g` says something of the archive.
    else if (kind !== '5' && kind !== 'g') throw new TarballError(`${name} is neither a file nor a folder`);
    if (files.length > MAX_PACKAGE_FILES) throw new TarballError(`it has more than ${MAX_PACKAGE_FILES} files`);
  }
  if (files.length === 0) throw new TarballError('it has no files');
  refuseClashes(files);
  return files;
}

function unzip(packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_PACKAGE_BYTES });
  } catch (error) {
    throw new TarballError('it is not a gzipped archive, or holds too much', { cause: error });
  }
}

function textAt(block: Uint8Array, from: number, length: number): string {
  const text = new TextDecoder().decode(block.subarray(from, from + length));
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** Entries of an extended header about the next file: lines of `LENGTH key=value`. */
function pathOfPax(text: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}

/** A duplicate path, or a file that is a folder for others. Also on case-insensitive systems. */
function refuseClashes(files: readonly PackedFile[]): void {
  const paths = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    const plain = path.toLowerCase();
    if (paths.has(plain)) throw new TarballError(`it has ${JSON.stringify(path)} twice`);
    paths.add(plain);
    for (let end = plain.lastIndexOf('/'); end > 0; end = plain.lastIndexOf('/', end - 1))
      folders.add(plain.slice(0, end));
  }
  for (const path of paths)
    if (folders.has(path)) throw new TarballError(`${JSON.stringify(path)} is a file and a folder`);
}

// What file systems take.
const MAX_PART_LENGTH = 255;
const MAX_PATH_LENGTH = 800;

function innerPath(name: string): string {
  const parts = name.split('/');
  if (name.length > MAX_PATH_LENGTH || parts.some(({ length }) => length > MAX_PART_LENGTH)) {
    throw new TarballError(`the path ${JSON.stringify(name.slice(0, 100))}… is too long`);
  }
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
  if (!isPlain || parts.length < 2) throw new TarballError(`the path ${JSON.stringify(name)} leads out of the package`);
  return parts.slice(1).join('/');
}
