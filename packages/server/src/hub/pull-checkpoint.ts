import { mkdir, rename, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  /** Told once, before the first byte. */
  onStart(files: readonly HubFile[]): void;
  /** @param doneBytes of all files together */
  onBytes(path: string, doneBytes: number): void;
  onFile(path: string): void;
}

/**
 * Fetches a checkpoint. Files that are there and sound are not fetched again; a new folder gets its name only when it is
 * complete.
 *
 * @throws HubError
 */
export async function pullCheckpoint(
  { repo, revision, to, ...choice }: PullRequest,
  {
    client,
    progress,
    sleep,
  }: { readonly client: HubClient; readonly progress: PullProgress; sleep(ms: number): Promise<void> },
): Promise<void> {
  requireRepoName(repo);
  const files = chooseFiles(repo, await listFiles(client, repo, revision), choice);
  const isNew = !(await exists(to));
  // The leading dot keeps half a checkpoint out of every list.
  const folder = isNew ? join(dirname(to), `.pull-${to.slice(dirname(to).length + 1)}`) : to;
  await mkdir(folder, { recursive: true });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await requireSpace(folder, totalBytes);
  progress.onStart(files);
  let finishedBytes = 0;
  for (const file of files) {
    const path = join(folder, ...file.path.split('/'));
    if (!(await isDownloaded(file, path))) {
      const from = `/${repo}/resolve/${encodeURIComponent(revision)}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
      const onBytes = (doneBytes: number) => progress.onBytes(file.path, finishedBytes + doneBytes);
      await downloadFile(file, { client, from, to: path, onBytes, sleep });
    }
    finishedBytes += file.sizeBytes;
    progress.onBytes(file.path, finishedBytes);
    progress.onFile(file.path);
  }
  if (isNew) await rename(folder, to);
}

function requireRepoName(repo: string): void {
  if (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repo)) return;
  throw new HubError(
    `"${repo}": expected OWNER/NAME of a model repository, as in sd2-community/stable-diffusion-2-1-unclip.`,
  );
}

/** Parts of an earlier try count as needed once more, which errs on the safe side. */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new HubError(
    `${folder}: ${gb(neededBytes)} are needed and ${gb(freeBytes)} are free. Name another place with --dir.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
