import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Request, Response } from 'express';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** The stored form of a file, by encoding; `''` is the file itself. */
type Encodings = ReadonlyMap<string, { readonly path: string; readonly sizeBytes: number }>;

/** Files that were listed once, at the start, so a request only ever chooses among them: no part of an address becomes a path. */
export type ListedFiles = ReadonlyMap<string, Encodings>;

/** The files below a folder by their address from it, such as `/assets/page.js`. */
export async function listFiles(folder: string): Promise<ListedFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, Map<string, { path: string; sizeBytes: number }>>();
  // A link is not a file here, so none is followed.
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(folder, path).split(sep).join('/')}`;
    const encoding = { '.br': 'br', '.gz': 'gzip' }[extname(address)] ?? '';
    const name = encoding === '' ? address : address.slice(0, -extname(address).length);
    const known = files.get(name) ?? new Map();
    known.set(encoding, { path, sizeBytes: (await stat(path)).size });
    files.set(name, known);
  }
  return files;
}

/** Answers with one of them. @param policy what its pages may do (Content-Security-Policy) */
export function sendListedFile(
  request: Request,
  response: Response,
  { name, files, policy }: { readonly name: string; readonly files: ListedFiles; readonly policy: string },
): void {
  const encodings = files.get(name);
  const encoding = ['br', 'gzip'].find((each) => encodings?.has(each) && request.acceptsEncodings(each)) ?? '';
  const file = encodings?.get(encoding) ?? encodings?.get('');
  if (file === undefined) return void response.status(404).end();
  if (name.endsWith('.html')) response.set('content-security-policy', policy);
  // The bundler puts a hash of the content into the names of these.
  const isHashed = name.startsWith('/assets/');
  response.set('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.set('content-type', MEDIA_TYPES[extname(name)] ?? 'application/octet-stream');
  response.set('content-length', String(file.sizeBytes));
  if (encodings !== undefined && encodings.size > 1) response.vary('accept-encoding');
  if (encoding !== '' && file === encodings?.get(encoding)) response.set('content-encoding', encoding);
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}
