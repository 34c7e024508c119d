import { pipeline } from 'node:stream';
import { unreachable } from '@unclip-studio/graph-core';
import type { Request, Response } from 'express';
import type { Reply } from './reply.js';

/** Nothing that is answered may be shown as a page, run or framed; pages set a policy of their own. */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
const SANDBOX_POLICY = `${API_POLICY}; sandbox`;
const DOCS_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Turns what a route answers into bytes and headers. */
export function sendReply(request: Request, response: Response, reply: Reply): void {
  switch (reply.kind) {
    case 'json':
      response.set({ 'cache-control': 'no-cache', ...reply.headers });
      response.status(reply.status).type('json').send(JSON.stringify(reply.body));
      return;
    case 'text':
      response.set({ 'cache-control': 'no-cache', ...reply.headers });
      if (reply.mediaType === 'text/html') response.set('content-security-policy', DOCS_POLICY);
      response.status(reply.status).type(reply.mediaType).send(reply.body);
      return;
    case 'empty':
      response
        .set({ ...reply.headers })
        .status(204)
        .end();
      return;
    case 'file':
      sendFile(request, response, reply);
      return;
    default:
      unreachable(reply);
  }
}

function sendFile(request: Request, response: Response, reply: Extract<Reply, { kind: 'file' }>): void {
  response.set({
    etag: reply.etag,
    'content-security-policy': SANDBOX_POLICY,
    'content-disposition': reply.foreign ? 'attachment' : 'inline',
    'cache-control': reply.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  });
  const stream = typeof reply.bytes === 'function' ? reply.bytes() : undefined;
  if (request.fresh) {
    stream?.destroy();
    response.status(304).end();
    return;
  }
  response.set({ 'content-type': reply.mediaType, 'content-length': String(reply.sizeBytes) });
  if (request.method === 'HEAD' || stream === undefined) {
    stream?.destroy();
    response.end(request.method === 'HEAD' || typeof reply.bytes === 'function' ? undefined : reply.bytes);
    return;
  }
  // A client that goes away ends the stream, which closes the file.
  pipeline(stream, response, () => {});
}
