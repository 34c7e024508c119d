import type { Request, Response, Router } from 'express';
import { listFiles, sendListedFile } from './listed-files.js';
import { START_PAGE, START_PAGE_SCRIPT_HASH } from './start-page.js';

/**
 * Serves the built editor at `/`, or the page used instead. The files are listed once, at the start, so a request can
 * only choose one of them: no part of an address becomes a path.
 */
export async function serveEditor(router: Router, folder: string | undefined): Promise<void> {
  const files = folder === undefined ? new Map<never, never>() : await listFiles(folder);
  if (!files.has('/index.html')) {
    router.get('/', (_request, response) => {
      response.set('content-security-policy', pagePolicy(START_PAGE_SCRIPT_HASH));
      response.type('html').send(START_PAGE);
    });
    return;
  }
  const send = (name: string) => (request: Request, response: Response) =>
    sendListedFile(request, response, { name, files, policy: pagePolicy("'self'") });
  router.get('/', send('/index.html'));
  for (const name of files.keys()) {
    // Addresses are routes: characters with a meaning in their syntax are excluded, and bundlers do not use them.
    if (name !== '/index.html' && /^[A-Za-z0-9_./-]+$/.test(name)) router.get(name, send(name));
  }
}

// Styled components write style elements, and previews are blobs.
function pagePolicy(scripts: string): string {
  return (
    `default-src 'none'; script-src ${scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; ` +
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'"
  );
}
