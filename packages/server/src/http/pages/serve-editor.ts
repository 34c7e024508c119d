import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Request, Response, Router } from 'express';
import { START_PAGE, START_PAGE_SCRIPT_HASH } from './start-page.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** How a file lies on the disk, by encoding; `''` is the file itself. */
type Encodings = ReadonlyMap<string, { readonly path: string; readonly sizeBytes: number }>;

/**
 * Puts the built editor at `/`, or the page that stands in for it. The files are listed once, at the start, so a request
 * only ever chooses among them: no part of an address becomes a path.
 */
export async function serveEditor(router: Router, folder: string | undefined): Promise<void> {
  const files = folder === undefined ? new Map<string, Encodings>() : await listFiles(folder);
  if (!files.has('/index.html')) {
    router.get('/', (_request, response) => {
      setPagePolicy(response, START_PAGE_SCRIPT_HASH);
      response.type('html').send(START_PAGE);
    });
    return;
  }
  router.get('/', (request, response) => sendFile(request, response, { name: '/index.html', files }));
  for (const name of files.keys()) {
    if (name !== '/index.html') router.get(name, (request, response) => sendFile(request, response, { name, files }));
  }
}

async function listFiles(folder: string): Promise<ReadonlyMap<string, Encodings>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, Map<string, { path: string; sizeBytes: number }>>();
  // A link is no file here, so none is followed.
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(folder, path).split(sep).join('/')}`;
    // Addresses are routes: what has a meaning in their syntax is left out, and bundlers do not make it.
    if (!/^[A-Za-z0-9_./-]+$/.test(address)) continue;
    const encoding = { '.br': 'br', '.gz': 'gzip' }[extname(address)] ?? '';
    const name = encoding === '' ? address : address.slice(0, -extname(address).length);
    const known = files.get(name) ?? new Map();
    known.set(encoding, { path, sizeBytes: (await stat(path)).size });
    files.set(name, known);
  }
  return files;
}

function sendFile(
  request: Request,
  response: Response,
  { name, files }: { readonly name: string; readonly files: ReadonlyMap<string, Encodings> },
): void {
  const encodings = files.get(name);
  const encoding = ['br', 'gzip'].find((each) => encodings?.has(each) && request.acceptsEncodings(each)) ?? '';
  const file = encodings?.get(encoding) ?? encodings?.get('');
  if (file === undefined) return void response.status(404).end();
  if (name.endsWith('.html')) setPagePolicy(response, "'self'");
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

// Styled components write style elements, and previews are blobs.
function setPagePolicy(response: Response, scripts: string): void {
  response.set(
    'content-security-policy',
    `default-src 'none'; script-src ${scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; ` +
      "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'",
  );
}
