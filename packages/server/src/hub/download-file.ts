import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import type { HubClient } from './hub-client.js';
import { HubError, PassingHubError } from './hub-error.js';
import type { HubFile } from './list-files.js';

export interface DownloadOptions {
  readonly client: HubClient;
  /** Where the hub has the file: a path under the endpoint. */
  readonly from: string;
  /** Absolute. The name appears only when every byte is there and verified. */
  readonly to: string;
  /** Called as bytes arrive, with how many of the file are there; may go back when a part has to be fetched again. */
  onBytes(doneBytes: number): void;
  /** Waits between tries. */
  sleep(ms: number): Promise<void>;
  /** Stops it; received data is kept for continuing. */
  readonly signal?: AbortSignal | undefined;
}

// Each attempt continues where the last one stopped, so it eventually succeeds on an unreliable connection.
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 1000;

/**
 * Downloads one file: continues where an earlier attempt ended (also of an earlier process), verifies the digest, and
 * only then gives the file its name.
 *
 * @throws HubError when the bytes do not match the list, or the hub refuses
 */
export async function downloadFile(file: HubFile, options: DownloadOptions): Promise<void> {
  await mkdir(dirname(options.to), { recursive: true });
  const part = `${options.to}.part`;
  for (let tries = 1; ; tries++) {
    try {
      await fetchRest(file, part, options);
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof PassingHubError)) throw error;
      if (tries === MOST_TRIES) throw brokenOff(file, error);
      await options.sleep(FIRST_PAUSE_MS * 2 ** (tries - 1));
    }
  }
  await rename(part, options.to);
}

/** Whether a file is on disk, whole and with the right digest. */
export async function isDownloaded(file: HubFile, path: string): Promise<boolean> {
  // Without a digest the existing file cannot be verified.
  if (file.digest === null || (await sizeOf(path)) !== file.sizeBytes) return false;
  const hash = startHash(file);
  await addFile(hash, path);
  return hash.digest('hex') === file.digest.hex;
}

async function fetchRest(file: HubFile, part: string, options: DownloadOptions): Promise<void> {
  const { client, from, onBytes } = options;
  const startedBytes = await usableBytes(part, file.sizeBytes);
  const hash = startHash(file);
  let doneBytes = startedBytes;
  if (startedBytes > 0) await addFile(hash, part);
  onBytes(doneBytes);
  if (doneBytes < file.sizeBytes) {
    const response = await client.get(from, {
      ...(startedBytes === 0 ? {} : { headers: { range: `bytes=${startedBytes}-` } }),
      // More is detected below, with a message from this file.
      maxBytes: file.sizeBytes + 2 ** 20,
      signal: options.signal,
    });
    if (startedBytes > 0 && !continuesAt(response, startedBytes)) {
      // A server without ranges sends the whole file; the existing part is useless then.
      await response.body?.cancel();
      await rm(part, { force: true });
      return fetchRest(file, part, options);
    }
    const out = await open(part, startedBytes === 0 ? 'w' : 'a');
    try {
      for await (const chunk of chunksOf(response)) {
        doneBytes += chunk.length;
        if (doneBytes > file.sizeBytes) throw await discard(part, file, `more than ${file.sizeBytes} bytes came`);
        hash.update(chunk);
        await out.writeFile(chunk);
        onBytes(doneBytes);
      }
      await out.sync();
    } finally {
      await out.close();
    }
  }
  if (doneBytes < file.sizeBytes)
    throw withReason(new PassingHubError(`it ended after ${doneBytes} bytes`), {
      code: 'hub',
      fault: 'connection-lost',
      at: file.path,
    });
  const hex = hash.digest('hex');
  if (file.digest !== null && hex !== file.digest.hex) throw await discard(part, file, 'the bytes have another digest');
}

/** More bytes than the file has are of something else. */
async function usableBytes(part: string, sizeBytes: number): Promise<number> {
  const foundBytes = (await sizeOf(part)) ?? 0;
  if (foundBytes <= sizeBytes) return foundBytes;
  await rm(part);
  return 0;
}

function continuesAt(response: Response, startBytes: number): boolean {
  return response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${startBytes}-`) === true;
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw new PassingHubError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function startHash({ sizeBytes, digest }: HubFile): Hash {
  if (digest?.kind !== 'git-blob') return createHash('sha256');
  return createHash('sha1').update(`blob ${sizeBytes}\0`);
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function discard(part: string, { path, source }: HubFile, problem: string): Promise<HubError> {
  await rm(part, { force: true });
  return withReason(
    new HubError(
      `${path}: ${problem} than the ${source ?? 'hub’s list'} says; what came was thrown away. ` +
        'Try again; if it comes the same way again, something on the line changes files.',
    ),
    { code: 'hub', fault: 'damaged', at: path },
  );
}

function brokenOff({ path }: HubFile, cause: PassingHubError): HubError {
  const why = cause.message;
  return withReason(
    new HubError(`${path}: the connection was lost ${MOST_TRIES} times (${why}). Try again to resume.`, {
      cause,
    }),
    { code: 'hub', fault: 'connection-lost', at: path },
  );
}
