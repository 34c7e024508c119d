import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a request asked for. */
export interface SeenRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** It came to the place where large files lie, which is another origin than the hub itself. */
  readonly toStorage: boolean;
}

export interface StandInHub {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Breaks the line of the next reply with this file, after so many of its bytes. */
  breakOff(path: string, afterBytes: number): void;
  /** Sends so many bytes of this file and then nothing more, once; resolves when they are sent. */
  stall(path: string, afterBytes: number): Promise<void>;
  /** From now on another byte comes than the list says. */
  corrupt(path: string): void;
  /** The list claims that this file has so many bytes. */
  claimSize(path: string, sizeBytes: number): void;
  /** From now on the right bytes come again. */
  repair(path: string): void;
  /** From now on the list contains the size of this file, and no digest. */
  listWithoutDigest(path: string): void;
  /** Answers without ranges, as a simple mirror may. */
  ignoreRanges(): void;
  /** Sets the licence of the repository, and the commit of its branch. */
  describe(card: { readonly license?: string; readonly tags?: readonly string[]; readonly sha?: string }): void;
  /** From now on sends files in pieces of so many bytes, with a pause after each; 0 sends them whole again. */
  slowDown(pieceBytes: number, pauseMs: number): void;
  /** Every answer has this status. */
  answerAlways(status: number): void;
}

/**
 * A hub on this machine with one repository: the list of files in pages of two, small files as git blobs, large ones by
 * redirect to storage on another origin.
 *
 * @param files path in the repository -> where it is read from
 */
export async function standInHub(
  repo: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<StandInHub> {
  const seen: SeenRequest[] = [];
  const faults = new Map<string, { readonly afterBytes: number; stalled?: () => void }>();
  const corrupted = new Set<string>();
  const withoutDigest = new Set<string>();
  const claimedSizes = new Map<string, number>();
  let withRanges = true;
  let status: number | undefined;
  let card: Parameters<StandInHub['describe']>[0] | undefined;
  let pace = { pieceBytes: 0, pauseMs: 0 };
  const bytesOf = (path: string): Buffer => {
    const file = files[path];
    return typeof file === 'string' ? readFileSync(file) : Buffer.from(file ?? '');
  };

  const storage = await listen((request, response) => {
    note(request, true);
    sendFile(request, response, decodeURIComponent((request.url ?? '').slice(1)));
  });
  const endpoint = await listen((request, response) => {
    note(request, false);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    if (status !== undefined) return void response.writeHead(status).end();
    const revision = card?.sha ?? 'main';
    if (card !== undefined && pathname === `/api/models/${repo}/revision/main`) {
      const { license, tags = [], sha } = card;
      return sendJson(response, { ...(sha && { sha }), tags, gated: false, cardData: { ...(license && { license }) } });
    }
    if (pathname === `/api/models/${repo}/tree/${revision}`)
      return sendTree(response, Number(searchParams.get('cursor') ?? 0));
    const path = decodeURIComponent(pathname.replace(`/${repo}/resolve/${revision}/`, ''));
    if (!Object.hasOwn(files, path)) return void response.writeHead(404).end();
    if (!isLarge(path)) return sendFile(request, response, path);
    response.writeHead(302, { location: `${storage}/${encodeURIComponent(path)}` }).end();
  });

  function note({ url, headers }: IncomingMessage, toStorage: boolean): void {
    const { range, authorization } = headers;
    seen.push({ path: decodeURIComponent(url ?? ''), range, authorization, toStorage });
  }

  function sendTree(response: ServerResponse, cursor: number): void {
    const paths = Object.keys(files);
    const entries = paths.slice(cursor, cursor + 2).map((path) => {
      const bytes = bytesOf(path);
      const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (withoutDigest.has(path)) return { type: 'file', path, size: bytes.length };
      const size = claimedSizes.get(path) ?? bytes.length;
      const lfs = isLarge(path) ? { lfs: { oid: sha256, size, pointerSize: 134 } } : {};
      return { type: 'file', path, size: bytes.length, oid: blob, ...lfs };
    });
    const next = `${endpoint}/api/models/${repo}/tree/${card?.sha ?? 'main'}?recursive=true&cursor=${cursor + 2}`;
    const link = cursor + 2 < paths.length ? { link: `<${next}>; rel="next"` } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...link });
    response.end(JSON.stringify([{ type: 'directory', path: 'unet', size: 0, oid: '0' }, ...entries]));
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, path: string): void {
    const whole = bytesOf(path);
    if (corrupted.has(path)) whole[whole.length - 1] = (whole.at(-1) ?? 0) ^ 1;
    const start = withRanges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const bytes = whole.subarray(start);
    const range = { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` };
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length, ...(start > 0 ? range : {}) });
    const fault = faults.get(path);
    faults.delete(path);
    if (fault === undefined && pace.pieceBytes > 0) return void sendSlowly(response, bytes);
    if (fault === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, fault.afterBytes), () => {
      if (fault.stalled === undefined) setTimeout(() => response.destroy(), 50);
      else fault.stalled();
    });
  }

  async function sendSlowly(response: ServerResponse, bytes: Buffer): Promise<void> {
    for (let sent = 0; sent < bytes.length && !response.destroyed; ) {
      const { pieceBytes, pauseMs } = pace;
      const piece = pieceBytes > 0 ? bytes.subarray(sent, sent + pieceBytes) : bytes.subarray(sent);
      response.write(piece);
      sent += piece.length;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    response.end();
  }

  return {
    endpoint,
    seen,
    describe: (given) => {
      card = given;
    },
    slowDown: (pieceBytes, pauseMs) => {
      pace = { pieceBytes, pauseMs };
    },
    breakOff: (path, afterBytes) => void faults.set(path, { afterBytes }),
    stall: (path, afterBytes) => new Promise((stalled) => void faults.set(path, { afterBytes, stalled })),
    corrupt: (path) => void corrupted.add(path),
    claimSize: (path, sizeBytes) => void claimedSizes.set(path, sizeBytes),
    repair: (path) => void corrupted.delete(path),
    listWithoutDigest: (path) => void withoutDigest.add(path),
    ignoreRanges: () => {
      withRanges = false;
    },
    answerAlways: (given) => {
      status = given;
    },
  };
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function isLarge(path: string): boolean {
  return path.endsWith('.safetensors');
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
