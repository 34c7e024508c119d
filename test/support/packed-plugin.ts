import { gzipSync } from 'node:zlib';

/** A package as npm packs it. @param files path in the package -> content */
export function packedPlugin(files: Readonly<Record<string, string>>): Uint8Array {
  return tarOf(Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content })));
}

export interface TarEntry {
  readonly path: string;
  readonly content?: string;
  /** `0` is a file, `2` a symbolic link. */
  readonly type?: string;
  readonly linkTo?: string;
}

/** A gzipped archive with these entries, whatever they are. */
export function tarOf(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap(({ path, content = '', type = '0', linkTo = '' }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(type, 156);
    header.write(linkTo, 157, 100);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
