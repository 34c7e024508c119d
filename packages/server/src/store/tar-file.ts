import type { FileHandle } from 'node:fs/promises';

/** One file of an archive. */
export interface TarEntry {
  /** At most 100 characters of ASCII. */
  readonly name: string;
  readonly sizeBytes: number;
  read(): AsyncIterable<Uint8Array>;
}

/** The archive is cut short, damaged, or no archive. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

const BLOCK_BYTES = 512;
const READ_BYTES = 2 ** 20;
/** What eleven octal digits hold: 8 GiB. */
const MAX_ENTRY = 8 ** 11 - 1;
const MAX_NAME = 100;

/**
 * An archive of plain files, which every `tar` reads.
 *
 * @see POSIX.1-1988, ustar
 */
export async function* writeTar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for await (const { name, sizeBytes, read } of entries) {
    yield headerOf(name, sizeBytes);
    let written = 0;
    for await (const part of read()) {
      written += part.length;
      yield part;
    }
    if (written !== sizeBytes) throw new TarError(`"${name}" has ${written} bytes instead of ${sizeBytes}.`);
    yield new Uint8Array(paddingOf(sizeBytes));
  }
  yield new Uint8Array(2 * BLOCK_BYTES);
}

function headerOf(name: string, sizeBytes: number): Uint8Array {
  if (name.length > MAX_NAME || sizeBytes > MAX_ENTRY) throw new TarError(`"${name}" does not fit into an archive.`);
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  header.write(name, 0);
  header.write(
    `${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(sizeBytes, 11)}\0${octal(0, 11)}\0`,
    NAME_END,
  );
  header.write('        0', CHECKSUM_AT);
  header.write('ustar\x0000', MAGIC_AT, 'latin1');
  header.write(`${octal(checksumOf(header), 6)}\0 `, CHECKSUM_AT);
  return header;
}

// Where the fields of a header begin.
const NAME_END = 100;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const CHECKSUM_END = 156;
const MAGIC_AT = 257;

/** The sum of all bytes, with spaces in the place of the sum. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= CHECKSUM_AT && at < CHECKSUM_END ? 0x20 : byte), 0);
}

function paddingOf(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

/**
 * The files of an archive, in their order.
 *
 * @throws TarError unless it is whole to its end
 */
export async function* readTar(file: FileHandle): AsyncGenerator<TarEntry> {
  for (let at = 0; ; ) {
    const header = await readExactly(file, at, BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) return;
    const sizeBytes = Number.parseInt(header.toString('latin1', SIZE_AT, SIZE_AT + 11), 8);
    const checksum = Number.parseInt(header.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + 6), 8);
    if (header.toString('latin1', MAGIC_AT, MAGIC_AT + 5) !== 'ustar' || checksum !== checksumOf(header)) {
      throw new TarError(`no file begins at byte ${at}`);
    }
    const start = at + BLOCK_BYTES;
    const name = header.toString('latin1', 0, NAME_END).replace(/\0.*$/s, '');
    yield { name, sizeBytes, read: () => readRange(file, start, sizeBytes) };
    at = start + sizeBytes + paddingOf(sizeBytes);
  }
}

async function* readRange(file: FileHandle, start: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes; ) {
    const part = await readExactly(file, start + done, Math.min(READ_BYTES, sizeBytes - done));
    done += part.length;
    yield part;
  }
}

async function readExactly(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  const { bytesRead } = await file.read(part, 0, length, at);
  if (bytesRead !== length) throw new TarError('the file ends too early');
  return part;
}
