import type { ByteStore } from '../../store/bytes/byte-store.js';
import { DIGEST_BYTES, digestOf, type ResultStore } from './result-store.js';

export interface SharedResultsOptions {
  /** Results of this machine, written and requested at once. */
  readonly local: ResultStore;
  /** What all machines see. */
  readonly shared: ByteStore;
  /** Time limit of one look-up, for any number of keys; results not found by then are recomputed. */
  readonly lookUpMs?: number;
  /** After a failure nothing is read or sent for this long. */
  readonly pauseMs?: number;
}

const LOOK_UP_MS = 3_000;
const PAUSE_MS = 30_000;
const AT_ONCE = 16;
const UPLOADS_AT_ONCE = 4;
// Of memory, for what waits to be sent.
const MAX_WAITING_BYTES = 256 * 2 ** 20;

/**
 * Results in a folder of this machine, sent on to where other machines find them, and fetched from there when this one has
 * not got them. Like the folder it never fails a run: without the shared store the local one does alone.
 */
export function createSharedResults(options: SharedResultsOptions): ResultStore {
  const { local, shared, lookUpMs = LOOK_UP_MS, pauseMs = PAUSE_MS } = options;
  const counts = { read: 0, damaged: 0 };
  /** Were there when they were looked up. */
  const far = new Set<string>();
  const uploads = new Set<Promise<void>>();
  const waiting: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  let waitingBytes = 0;
  let problem: { readonly words: string; readonly sinceMs: number } | undefined;

  const isPausing = () => problem !== undefined && performance.now() - problem.sinceMs < pauseMs;

  function note(error: unknown): undefined {
    problem = { words: error instanceof Error ? error.message : String(error), sinceMs: performance.now() };
    return undefined;
  }

  function send(key: string, parts: readonly Uint8Array[]): void {
    if (isPausing()) return;
    const bytes = Buffer.concat([digestOf(key, parts), ...parts]);
    if (waitingBytes + bytes.byteLength > MAX_WAITING_BYTES) return;
    waitingBytes += bytes.byteLength;
    waiting.push({ key, bytes });
    sendNext();
  }

  function sendNext(): void {
    if (uploads.size >= UPLOADS_AT_ONCE) return;
    const next = waiting.shift();
    if (next === undefined) return;
    const upload = upLoad(next.key, next.bytes).finally(() => {
      waitingBytes -= next.bytes.byteLength;
      uploads.delete(upload);
      sendNext();
    });
    uploads.add(upload);
  }

  async function upLoad(key: string, bytes: Uint8Array): Promise<void> {
    if (isPausing()) return;
    await shared.write(key, [bytes]).then(() => {
      problem = undefined;
    }, note);
  }

  async function fetchFar(key: string): Promise<Uint8Array | undefined> {
    far.delete(key);
    const bytes = await shared.read(key).catch(note);
    if (bytes === undefined) return undefined;
    const content = bytes.subarray(DIGEST_BYTES);
    const isWhole = bytes.byteLength >= DIGEST_BYTES;
    if (!isWhole || Buffer.compare(digestOf(key, [content]), bytes.subarray(0, DIGEST_BYTES)) !== 0) {
      counts.damaged++;
      await shared.delete(key).catch(note);
      return undefined;
    }
    counts.read++;
    return content;
  }

  const store: ResultStore = {
    has: (key) => local.has(key) || far.has(key),

    async lookUp(keys) {
      if (isPausing()) return;
      const unknown = keys.filter((key) => !store.has(key));
      const found = inTurns(unknown, async (key) => {
        if (await shared.has(key)) far.add(key);
      }).catch(note);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, lookUpMs);
      });
      await Promise.race([found, late]);
      clearTimeout(timer);
    },

    async read(key) {
      if (local.has(key)) {
        const content = await local.read(key);
        if (content !== undefined) return content;
        // Damaged here; the copy in the shared store may be intact.
      }
      const content = await fetchFar(key);
      if (content !== undefined) local.write(key, () => [content]);
      return content;
    },

    write(key, parts) {
      local.write(key, () => {
        const content = parts();
        if (content !== undefined) send(key, content);
        return content;
      });
    },

    async drop(key) {
      far.delete(key);
      await Promise.all([local.drop(key), shared.delete(key).catch(note)]);
    },

    async flush() {
      await local.flush();
      while (uploads.size > 0) await Promise.all(uploads);
    },

    counts() {
      const here = local.counts();
      return {
        ...here,
        read: here.read + counts.read,
        damaged: here.damaged + counts.damaged,
        ...(problem !== undefined && here.problem === undefined ? { problem: problem.words } : {}),
      };
    },
  };
  return store;
}

/** As many at once as storage answers well; the first failure ends it. */
async function inTurns(keys: readonly string[], ask: (key: string) => Promise<void>): Promise<void> {
  let next = 0;
  async function turn(): Promise<void> {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) await ask(key);
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, keys.length) }, turn));
}
