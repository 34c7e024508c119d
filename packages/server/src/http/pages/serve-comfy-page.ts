import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComfyLayer } from '@unclip-studio/comfyui/server';
import type { Router } from 'express';
import { notSignedIn } from '../security/check-request.js';
import { listFiles, sendListedFile } from './listed-files.js';

/**
 * Serves ComfyUI's own page at its path (`/comfyui/`), to clients with access. It may load and run its own files, and
 * send requests only to this server: it is third-party code, which would contact its vendor.
 */
export async function serveComfyPage(
  router: Router,
  folder: string,
  { admits, pagePath }: Pick<ComfyLayer, 'admits' | 'pagePath'>,
): Promise<void> {
  const files = await listFiles(folder);
  const policy = pagePolicy(await readFile(join(folder, 'index.html'), 'utf8'));
  // Without the slash, relative addresses of the page would resolve next to it.
  router.get(pagePath, ({ path }, response, next) => {
    if (path === pagePath) response.redirect(308, `${pagePath.slice(1)}/`);
    else next();
  });
  router.get([`${pagePath}/`, `${pagePath}/*file`], (request, response, next) => {
    const name = decodeURIComponent(request.path.slice(pagePath.length));
    const file = name === '/' ? '/index.html' : name;
    if (!files.has(file)) return next();
    if (!admits(request))
      throw notSignedIn('Open the address that the server printed first, which signs the browser in.');
    sendListedFile(request, response, { name: file, files, policy });
  });
}

/** Its inline scripts by their hashes; otherwise only inline styles. */
function pagePolicy(html: string): string {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' blob: ${scripts.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob: data:",
    "font-src 'self' data:",
    "connect-src 'self' blob: data:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
