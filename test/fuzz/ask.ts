import { Agent, request as httpRequest } from 'node:http';
import type { DrawnRequest } from './draw-request.js';

export interface Answer {
  /** 0: the connection ended before there was an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly sizeBytes: number;
  /** Its first part, if it is not an image. */
  readonly text: string;
  readonly json: unknown;
  readonly wallMs: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const MAX_WAIT_MS = 120_000;

/** Sends the request as it is, with a path that no library corrects. */
export function ask(origin: string, { method, path, headers, body }: DrawnRequest): Promise<Answer> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const fail = (text: string) =>
      resolve({ status: 0, headers: {}, sizeBytes: 0, text, json: undefined, wallMs: performance.now() - startedMs });
    const { hostname, port } = new URL(origin);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    let call: ReturnType<typeof httpRequest>;
    try {
      call = httpRequest({
        hostname,
        port,
        method,
        path,
        headers: { ...headers, ...length },
        agent,
        timeout: MAX_WAIT_MS,
      });
    } catch (error) {
      // Node itself sends no such request.
      return resolve({ status: -1, headers: {}, sizeBytes: 0, text: String(error), json: undefined, wallMs: 0 });
    }
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', (error) => fail(String(error)));
    call.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', (error) => fail(String(error)));
      response.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const isJson =
          String(response.headers['content-type'] ?? '').includes('json') &&
          response.headers['content-encoding'] === undefined;
        resolve({
          ...{ status: response.statusCode ?? 0, headers: response.headers, sizeBytes: bytes.length },
          text: bytes.toString('utf8', 0, 1000),
          json: isJson ? parse(bytes) : undefined,
          wallMs: performance.now() - startedMs,
        });
      });
    });
    call.end(body);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
