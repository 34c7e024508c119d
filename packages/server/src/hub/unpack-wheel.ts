import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { dataOffsetOf, readZipDirectory, type ZipEntry } from '@unclip-studio/nodes-unclip';
import { HubError } from './hub-error.js';

/**
 * Unpacks some files of a wheel, which is a zip archive whose checksum was compared. Each gets its name when it is whole.
 *
 * @param toPath where a file of the archive goes, absolute; `undefined` leaves it out
 * @returns the paths
 */
export async function unpackWheel(
  wheel: string,
  toPath: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const archive = await open(wheel);
  try {
    const file: Parameters<typeof readZipDirectory>[0] = {
      name: basename(wheel),
      sizeBytes: (await archive.stat()).size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await archive.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
    };
    const made: string[] = [];
    for (const entry of await readZipDirectory(file)) {
      const path = toPath(entry.name);
      if (path === undefined) continue;
      await unpack(wheel, { entry, offset: await dataOffsetOf(file, entry), path });
      made.push(path);
    }
    return made;
  } finally {
    await archive.close();
  }
}

async function unpack(
  wheel: string,
  { entry, offset, path }: { readonly entry: ZipEntry; readonly offset: number; readonly path: string },
): Promise<void> {
  const { name, method, packedLength } = entry;
  if (method !== 0 && method !== 8)
    throw new HubError(`${wheel}: ${name} is compressed in a way that is not known here.`);
  await mkdir(dirname(path), { recursive: true });
  const packed = createReadStream(wheel, { start: offset, end: offset + packedLength - 1 });
  const out = createWriteStream(`${path}.part`);
  await (method === 0 ? pipeline(packed, out) : pipeline(packed, createInflateRaw(), out));
  await rename(`${path}.part`, path);
}
