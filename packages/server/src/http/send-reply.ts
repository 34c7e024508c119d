import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unreachable } from '@unclip-studio/graph-core';
import type { Request, Response } from 'express';
import type { Reply } from './reply.js';

/** No answer may be shown as a page, run or framed; pages set their own policy. */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
const SANDBOX_POLICY = `${API_POLICY}; sandbox`;
const DOCS_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Turns what a route answers into bytes and headers. Resolves when a file has been sent, or its reader has gone. */
export async function sendReply(request: Request, response: Response, reply: Reply): Promise<void> {
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
      await sendFile(request, response, reply).finally(() => reply.content.close());
      return;
    default:
      unreachable(reply);
  }
}

async function sendFile(request: Request, response: Response, reply: Extract<Reply, { kind: 'file' }>): Promise<void> {
  const { sizeBytes } = reply.content;
  response.set({
    etag: reply.etag,
    'content-security-policy': SANDBOX_POLICY,
    'content-disposition': reply.foreign ? 'attachment' : 'inline',
    'cache-control': reply.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  response.set({ 'content-type': reply.mediaType, 'accept-ranges': 'bytes' });
  const range = askedRange(request, reply);
  if (range === 'unsatisfiable') {
    response.set('content-range', `bytes */${sizeBytes}`).status(416).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  if (range !== undefined) response.status(206).set('content-range', `bytes ${start}-${end}/${sizeBytes}`);
  response.set('content-length', String(end - start + 1));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(reply.content.read(start, end), { objectMode: false }), response);
  } catch (error) {
    // The reader has gone, or a file was changed in the meantime: sent data cannot be taken back.
    response.destroy();
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Several ranges at once, a range in other units and one of other bytes than these get the whole, as the standard allows. */
function askedRange(request: Request, { content: { sizeBytes }, etag }: Extract<Reply, { kind: 'file' }>) {
  if (request.method !== 'GET') return undefined;
  const condition = request.get('if-range');
  if (condition !== undefined && condition !== etag) return undefined;
  const ranges = request.range(sizeBytes);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}
