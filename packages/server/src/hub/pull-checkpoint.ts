import { mkdir, rename, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import { chooseFiles, type FileChoice } from './choose-files.js';
import { downloadFile, isDownloaded } from './download-file.js';
import type { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';
import { type HubFile, listFiles } from './list-files.js';

export interface PullRequest extends FileChoice {
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  /** Absolute folder that the checkpoint becomes; a checkpoint in one file is put into it. */
  readonly to: string;
}

export interface PullProgress {
  /** Called once, before the first byte. */
  onStart(files: readonly HubFile[]): void;
  /** @param doneBytes of all files together */
  onBytes(path: string, doneBytes: number): void;
  onFile(path: string): void;
}

/**
 * Fetches a checkpoint. Files that are there and sound are not fetched again; a new folder gets its name only when it is
 * complete.
 *
 * @returns paths of its files, in the folder
 * @throws HubError
 */
export async function pullCheckpoint(
  { repo, revision, to, ...choice }: PullRequest,
  context: PullContext,
): Promise<readonly string[]> {
  requireRepoName(repo);
  const files = chooseFiles(repo, await listFiles(context.client, repo, revision), choice);
  await pullFiles(files, { repo, revision, to }, context);
  return files.map(({ path }) => path);
}

/** What a pull works with. */
export interface PullContext {
  readonly client: HubClient;
  readonly progress: PullProgress;
  sleep(ms: number): Promise<void>;
  /** Stops it; received data is kept for continuing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches these files of a repository into a folder.
 *
 * @throws HubError
 */
export async function pullFiles(
  files: readonly HubFile[],
  { repo, revision, to }: Pick<PullRequest, 'repo' | 'revision' | 'to'>,
  { client, progress, sleep, signal }: PullContext,
): Promise<void> {
  const isNew = !(await exists(to));
  const folder = isNew ? partialFolder(to) : to;
  await mkdir(folder, { recursive: true });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await requireSpace(folder, totalBytes - (await bytesThere(files, folder)));
  progress.onStart(files);
  let finishedBytes = 0;
  for (const file of files) {
    signal?.throwIfAborted();
    const path = join(folder, ...file.path.split('/'));
    if (!(await isDownloaded(file, path))) {
      const from = `/${repo}/resolve/${encodeURIComponent(revision)}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
      const onBytes = (doneBytes: number) => progress.onBytes(file.path, finishedBytes + doneBytes);
      await downloadFile(file, { client, from, to: path, onBytes, sleep, signal });
    }
    finishedBytes += file.sizeBytes;
    progress.onBytes(file.path, finishedBytes);
    progress.onFile(file.path);
  }
  if (isNew) await rename(folder, to);
}

/** The location of an incomplete model until it gets its name; the leading dot keeps it out of every list. */
export function partialFolder(to: string): string {
  return join(dirname(to), `.pull-${basename(to)}`);
}

function requireRepoName(repo: string): void {
  if (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repo)) return;
  throw withReason(
    new HubError(
      `"${repo}": expected OWNER/NAME of a model repository, as in sd2-community/stable-diffusion-2-1-unclip.`,
    ),
    { code: 'hub', fault: 'address', at: repo },
  );
}

/** What an earlier try has left of these files. */
async function bytesThere(files: readonly HubFile[], folder: string): Promise<number> {
  const sizes = files.map(async ({ path, sizeBytes }) => {
    const file = join(folder, ...path.split('/'));
    const found = (await stat(file).catch(() => undefined)) ?? (await stat(`${file}.part`).catch(() => undefined));
    return Math.min(found?.size ?? 0, sizeBytes);
  });
  return (await Promise.all(sizes)).reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}

/** @throws HubError */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes >= neededBytes) return;
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw withReason(
    new HubError(
      `${folder}: ${gb(neededBytes)} are needed and ${gb(freeBytes)} are free. Name another place with --dir.`,
    ),
    { code: 'model-no-room', neededBytes, freeBytes },
  );
}

/** The free space on a folder's disk that users may write. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
