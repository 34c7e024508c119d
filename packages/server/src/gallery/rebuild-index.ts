import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseWorkflow, WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from '@unclip-studio/graph-core';
import type { Receipt } from '@unclip-studio/protocol';
import { sha256 as sha256Of } from '../common/sha256.js';
import { isImageFileError } from '../services/file-errors.js';
import { detectImageFormat, type ImageFormat } from '../services/image-format.js';
import { readEmbeddedWorkflow } from '../services/image-text.js';
import { ReceiptError, readReceipt } from '../services/receipts/read-receipt.js';
import { loadSharp } from '../services/sharp-library.js';
import { blobsFolderOf, type Store } from '../store/store.js';
import { StoreDamagedError } from '../store/store-errors.js';

/** The unlisted files that were found in the store. */
export interface RebuiltIndex {
  /** Images that were made here, with the workflow that made them. */
  readonly made: number;
  /** Images that say nothing of how they were made; listed as uploads. */
  readonly uploaded: number;
  /** Files that are no image, and stay where they are. */
  readonly others: number;
  /** Files that were not what their name says, and are gone. */
  readonly damaged: number;
}

interface FoundFile {
  readonly sha256: string;
  readonly timeMs: number;
}

interface FoundImage extends FoundFile {
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Lists all stored images that the database does not know: what carries a receipt becomes a result of a run of its
 * workflow, anything else an upload. Saved workflows cannot be found again, except inside the images they made.
 */
export async function rebuildIndex(store: Store, nowMs: number): Promise<RebuiltIndex> {
  const count = { made: 0, uploaded: 0, others: 0, damaged: 0 };
  const runs = new RebuiltRuns(store);
  for (const found of await unlistedFiles(store, nowMs)) {
    try {
      const bytes = await store.blobs.read(found.sha256);
      const format = bytes && detectImageFormat(bytes);
      const image = bytes && format && (await describe(bytes, { ...found, format }));
      if (bytes === undefined || image === undefined) {
        count.others++;
        continue;
      }
      const receipt = receiptOf(bytes);
      if (receipt === undefined) {
        const name = `recovered-${found.sha256.slice(0, 8)}.${format}`;
        store.images.add({ ...imageFacts(image), sha256: found.sha256, name }, found.timeMs);
        count.uploaded++;
      } else {
        runs.add(image, receipt, workflowOf(bytes));
        count.made++;
      }
    } catch (error) {
      if (!(error instanceof StoreDamagedError)) throw error;
      count.damaged++;
    }
  }
  runs.finish();
  store.guard.trust();
  return count;
}

/** Oldest first, so that the gallery has them in their order. */
async function unlistedFiles(store: Store, nowMs: number): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  for await (const sha256 of store.blobs.olderThan(Number.POSITIVE_INFINITY)) {
    if (store.isListed(sha256)) continue;
    const path = join(blobsFolderOf(store.folder), sha256.slice(0, 2), sha256);
    // One in another store has no local timestamp.
    const timeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    found.push({ sha256, timeMs: Math.round(timeMs) });
  }
  return found.sort((a, b) => a.timeMs - b.timeMs);
}

async function describe(
  bytes: Uint8Array,
  { format, ...found }: FoundFile & { readonly format: ImageFormat },
): Promise<FoundImage | undefined> {
  const sharp = await loadSharp();
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (header === undefined) return undefined;
  return {
    ...found,
    mediaType: `image/${format}`,
    sizeBytes: bytes.byteLength,
    widthPx: header.width,
    heightPx: header.height,
  };
}

function imageFacts({ mediaType, sizeBytes, widthPx, heightPx }: FoundImage) {
  return { mediaType, sizeBytes, widthPx, heightPx };
}

function receiptOf(bytes: Uint8Array): Receipt | undefined {
  try {
    return readReceipt(bytes);
  } catch (error) {
    if (error instanceof ReceiptError || isImageFileError(error)) return undefined;
    throw error;
  }
}

const NO_WORKFLOW: Workflow = { format: WORKFLOW_FORMAT, version: WORKFLOW_VERSION, nodes: {} };

function workflowOf(bytes: Uint8Array): Workflow {
  try {
    const parsed = parseWorkflow(readEmbeddedWorkflow(bytes) ?? '');
    return parsed.ok ? parsed.value : NO_WORKFLOW;
  } catch (error) {
    if (!isImageFileError(error)) throw error;
    return NO_WORKFLOW;
  }
}

interface RebuiltRun {
  readonly id: string;
  /** `node index` of the images that it has. */
  readonly places: Set<string>;
  lastMs: number;
}

/** Runs that the database gets for images whose own runs are forgotten: one for each workflow, and more where it was run again. */
class RebuiltRuns {
  readonly #store: Store;
  readonly #byWorkflow = new Map<string, RebuiltRun[]>();
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  add(image: FoundImage, { nodes, index }: Receipt, workflow: Workflow): void {
    // The node that saved it is the last one; a receipt holds one node at least.
    const node = nodes[nodes.length - 1];
    if (node === undefined) return;
    const run = this.#runFor(workflow, `${node.id} ${index}`, image.timeMs);
    const name = node.params['name'];
    const receipt = { nodeType: node.type, nodeVersion: node.version, fingerprint: node.fingerprint };
    this.#store.outputs.record(
      run.id,
      [
        {
          ...imageFacts(image),
          ...{ node: node.id, index, sha256: image.sha256, temporary: false, receipt },
          name: typeof name === 'string' && name !== '' ? name : 'recovered',
        },
      ],
      image.timeMs,
    );
    run.lastMs = image.timeMs;
  }

  finish(): void {
    for (const run of [...this.#byWorkflow.values()].flat()) {
      this.#store.runs.finish(run.id, { state: 'succeeded' }, run.lastMs);
    }
  }

  #runFor(workflow: Workflow, place: string, timeMs: number): RebuiltRun {
    const workflowJson = JSON.stringify(workflow);
    const workflowSha256 = sha256Of(Buffer.from(workflowJson));
    const known = this.#byWorkflow.get(workflowSha256) ?? [];
    this.#byWorkflow.set(workflowSha256, known);
    const free = known.find(({ places }) => !places.has(place));
    if (free !== undefined) {
      free.places.add(place);
      return free;
    }
    const id = `recovered${String(++this.#count).padStart(6, '0')}${workflowSha256.slice(0, 8)}`;
    const title = (workflow.title || 'Recovered').slice(0, 200);
    const { runs } = this.#store;
    runs.insert(
      {
        ...{ id, workflowJson, workflowSha256, title, workflowName: null },
        ...{ targets: [], clientId: '', priority: 0, retryOf: null },
      },
      timeMs,
    );
    runs.claim(id, 'repair', timeMs);
    const run = { id, places: new Set([place]), lastMs: timeMs };
    known.push(run);
    return run;
  }
}
