import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** A wheel by the name of its package. */
export type PythonPackages = Readonly<Record<string, { readonly file: string; readonly wheel: Buffer }>>;

export interface PythonIndex {
  readonly url: string;
  /** Wheels. */
  readonly fetched: readonly string[];
}

/** An index of Python packages, in the newer form or the older one. @param changed package whose bytes are others than it says */
export async function startPythonIndex(
  packages: PythonPackages,
  form: 'json' | 'html',
  changed?: string,
): Promise<PythonIndex> {
  const fetched: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const [, kind = '', name = ''] = url.split('/');
    const found = packages[name];
    if (found === undefined) return response.writeHead(404).end();
    const { file, wheel } = found;
    if (kind === 'files') {
      fetched.push(file);
      return response.end(name === changed ? Buffer.from(wheel).fill(0, 40, 50) : wheel);
    }
    const hex = createHash('sha256').update(wheel).digest('hex');
    const older = file.replace(/-\d+\./, '-1.');
    if (form === 'html') {
      response.setHeader('content-type', 'text/html');
      const links = [older, file].map((one) => `<a href="../../files/${name}/${one}#sha256=${hex}">${one}</a><br/>`);
      return response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
    }
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    const files = [older, file].map((filename) => ({
      ...{ filename, url: `../../files/${name}/${filename}`, hashes: { sha256: hex }, size: wheel.length },
    }));
    return response.end(JSON.stringify({ meta: { 'api-version': '1.0' }, name, files }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, fetched };
}

/** Deflated, as wheels are. */
export function zipOf(files: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + packed.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, all, end]);
}
