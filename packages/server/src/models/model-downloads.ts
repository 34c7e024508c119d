import { randomUUID } from 'node:crypto';
import { lstat, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { becauseOf, withReason } from '@unclip-studio/graph-core';
import { type DownloadOffer, type ModelDownload, type Reason, reason } from '@unclip-studio/protocol';
import { z } from 'zod';
import { HubError } from '../hub/hub-error.js';
import { type HubSettings, hubClientFor } from '../hub/hub-settings.js';
import { MAX_MODEL_DOWNLOADS } from '../limits.js';
import { describeSystemError, isSystemError } from '../services/system-error.js';
import { type DownloadChoice, planDownload } from './download-offer.js';
import type { DownloadedModels } from './downloaded-models.js';
import { fetchModel, partialPath } from './fetch-model.js';
import { ModelManagerError, NoRoomForModel, NoSuchModel } from './model-errors.js';
import { ownPath, recordFiles } from './own-folder.js';

const hubFile = z.object({
  path: ownPath,
  sizeBytes: z.int().min(0),
  digest: z.object({ kind: z.enum(['sha256', 'git-blob']), hex: z.string() }).nullable(),
});

/** The saved state of a download, so that another process can continue it. */
const keptDownload = z.object({
  id: z.uuid(),
  model: z.object({
    type: z.string(),
    name: z.string(),
    path: ownPath,
    repository: z.string(),
    revision: z.string(),
    license: z.object({ name: z.string(), url: z.string() }),
    files: z.array(hubFile),
  }),
  createdAt: z.iso.datetime(),
  /** Why it failed; it is not tried again by itself. */
  problem: z.string().optional(),
  /** The same as data, of which newer codes are left out. */
  because: z
    .custom<Reason>((value) => reason.safeParse(value).success)
    .optional()
    .catch(undefined),
});
type KeptDownload = z.infer<typeof keptDownload>;

/** Downloads of models, one after the other. */
export interface ModelDownloads {
  /** @throws HubError, ModelManagerError */
  offer(choice: DownloadChoice): Promise<DownloadOffer>;
  /**
   * @param acceptedLicense as the offer named it, and as the user has seen it
   * @throws HubError, ModelManagerError
   */
  start(choice: DownloadChoice & { readonly acceptedLicense: string }): Promise<ModelDownload>;
  /** In the order of the requests. */
  list(): readonly ModelDownload[];
  /** @throws ModelManagerError unless it failed */
  resume(id: string): Promise<ModelDownload>;
  /** Stops it and removes received data, or removes an ended one from the list. */
  cancel(id: string): Promise<void>;
  /** Continues the downloads of an earlier process. */
  begin(): Promise<void>;
  /** Stops; received data is kept for continuing. */
  close(): Promise<void>;
}

export interface ModelDownloadsOptions {
  readonly downloaded: DownloadedModels;
  readonly hub: HubSettings;
  /** Where they are written down. */
  readonly stateFolder: string;
  nowMs(): number;
  onChange(download: ModelDownload): void;
  onRemove(id: string): void;
  /** A model is whole, and can be used. */
  onInstalled(): void;
  /** A bug of ours; the download is reported as failed. */
  onError(error: unknown): void;
}

interface Job {
  readonly kept: KeptDownload;
  shown: ModelDownload;
  /** Of the one that runs. */
  abort?: AbortController;
  running?: Promise<void>;
}

/** How often received bytes are reported. */
const PROGRESS_MS = 250;

export function createModelDownloads(options: ModelDownloadsOptions): ModelDownloads {
  const { downloaded, hub, nowMs, onChange } = options;
  const { own } = downloaded;
  const records = recordFiles(options.stateFolder, keptDownload);
  const jobs = new Map<string, Job>();
  let isClosed = false;

  const plan = (choice: DownloadChoice) => planDownload(choice, { client: hubClientFor(hub), settings: hub, own });

  function change(job: Job, changes: Partial<ModelDownload>): void {
    const { problem: _, because: __, file: ___, ...rest } = job.shown;
    job.shown = { ...rest, ...changes };
    onChange(job.shown);
  }

  function add(kept: KeptDownload): Job {
    const { id, model, createdAt, problem, because } = kept;
    const { repository, type, name, license, files } = model;
    const shown: ModelDownload = {
      ...{ id, repository, type, name, license, createdAt },
      state: problem === undefined ? 'waiting' : 'failed',
      doneBytes: 0,
      totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      unverified: files.filter(({ digest }) => digest === null).map(({ path }) => path),
      ...(problem === undefined ? {} : { problem }),
      ...(because === undefined ? {} : { because }),
    };
    const job: Job = { kept, shown };
    jobs.set(id, job);
    return job;
  }

  function runNext(): void {
    const all = [...jobs.values()];
    const next = all.find(({ shown }) => shown.state === 'waiting');
    if (isClosed || next === undefined || all.some(({ shown }) => shown.state === 'running')) return;
    next.running = run(next).finally(runNext);
  }

  async function run(job: Job): Promise<void> {
    const abort = new AbortController();
    job.abort = abort;
    change(job, { state: 'running' });
    try {
      await fetchModel(job.kept.model, downloaded, {
        client: hubClientFor(hub),
        progress: progressOf(job),
        signal: abort.signal,
        sleep: (ms) => sleep(ms, undefined, { signal: abort.signal }),
      });
      await records.remove(job.kept.id);
      change(job, { state: 'done', doneBytes: job.shown.totalBytes });
      options.onInstalled();
    } catch (error) {
      // The caller that stops it decides what happens to it.
      if (abort.signal.aborted) return;
      await fail(job, error);
    }
  }

  async function fail(job: Job, error: unknown): Promise<void> {
    const problem = problemOf(error);
    if (problem === undefined) options.onError(error);
    const words = problem ?? 'The server made a mistake; its log says more.';
    const because = problem === undefined ? { because: { code: 'server-error' } as const } : becauseOf(error);
    await records.write({ ...job.kept, problem: words, ...because }).catch(options.onError);
    change(job, { state: 'failed', problem: words, ...because });
  }

  function progressOf(job: Job) {
    let toldMs = 0;
    return {
      onStart() {},
      onFile() {},
      onBytes(file: string, doneBytes: number) {
        const isDue = nowMs() - toldMs >= PROGRESS_MS;
        if (!isDue) return;
        toldMs = nowMs();
        change(job, { doneBytes, file });
      },
    };
  }

  function find(id: string): Job {
    const job = jobs.get(id);
    if (job === undefined) throw new NoSuchModel('Download not found.');
    return job;
  }

  return {
    offer: async (choice) => (await plan(choice)).offer,
    async start({ acceptedLicense, ...choice }) {
      if (jobs.size >= MAX_MODEL_DOWNLOADS) {
        throw withReason(
          new ModelManagerError(`${jobs.size} downloads are listed already, which is the limit. Remove some first.`),
          { code: 'download-refused', why: 'limit', name: String(jobs.size) },
        );
      }
      const { offer, files, path } = await plan(choice);
      const { repository, revision, type, name, license, choices, totalBytes, freeBytes } = offer;
      if (choices.length > 0)
        throw withReason(new ModelManagerError(`Choose one of the files: ${choices.join(', ')}.`), {
          code: 'download-refused',
          why: 'several-files',
          name: choices.join(', '),
        });
      if (license.name !== acceptedLicense) {
        const error = new ModelManagerError(
          `The licence of ${repository} is "${license.name}". Read and accept it first.`,
        );
        throw withReason(error, { code: 'licence-not-read', repository, licence: license.name });
      }
      await requireFree(path, repository);
      if (totalBytes > freeBytes) {
        const error = new NoRoomForModel(`${gb(totalBytes)} are needed and ${gb(freeBytes)} are free in ${own.path}.`);
        throw withReason(error, { code: 'model-no-room', neededBytes: totalBytes, freeBytes });
      }
      const model = { repository, revision, type, name, license, path, files: [...files] };
      const kept = { id: randomUUID(), createdAt: new Date(nowMs()).toISOString(), model };
      await records.write(kept);
      const job = add(kept);
      onChange(job.shown);
      runNext();
      return job.shown;
    },
    list: () => [...jobs.values()].map(({ shown }) => shown),
    async resume(id) {
      const job = find(id);
      if (job.shown.state !== 'failed')
        throw withReason(new ModelManagerError('Only a download that failed can be resumed.'), {
          code: 'download-refused',
          why: 'not-failed',
          name: job.shown.repository,
        });
      const { problem: _, because: __, ...kept } = job.kept;
      await records.write(kept);
      change(job, { state: 'waiting' });
      runNext();
      return job.shown;
    },
    async cancel(id) {
      const job = find(id);
      job.abort?.abort();
      await job.running;
      jobs.delete(id);
      await records.remove(id);
      if (job.shown.state !== 'done') {
        await rm(await own.inside(partialPath(job.kept.model.path)), { recursive: true, force: true });
      }
      options.onRemove(id);
      runNext();
    },
    async begin() {
      const left = [...(await records.list())].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
      for (const kept of left) add(kept);
      runNext();
    },
    async close() {
      isClosed = true;
      const running = [...jobs.values()].filter(({ shown }) => shown.state === 'running');
      for (const { abort } of running) abort?.abort();
      await Promise.all(running.map((job) => job.running));
    },
  };

  /** @throws ModelManagerError if another model or download has the place */
  async function requireFree(path: string, repository: string): Promise<void> {
    const job = [...jobs.values()].find(({ kept, shown }) => kept.model.path === path && shown.state !== 'done');
    if (job !== undefined)
      throw withReason(new ModelManagerError(`${job.shown.repository} is being downloaded already.`), {
        code: 'download-refused',
        why: 'already-downloading',
        name: job.shown.repository,
      });
    const at = await own.inside(path);
    const isThere = await lstat(at).then(
      () => true,
      () => false,
    );
    if (isThere)
      throw withReason(
        new ModelManagerError(`${repository} cannot be downloaded: there is something at ${at} already.`),
        { code: 'download-refused', why: 'name-taken', name: at },
      );
  }
}

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** As a message for users; `undefined` for a bug of ours. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof HubError || error instanceof ModelManagerError) return error.message;
  return isSystemError(error) ? describeSystemError(error) : undefined;
}
