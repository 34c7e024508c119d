import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import { CheckpointError, describeWeightFile, SafetensorsError } from '@unclip-studio/nodes-unclip';
import { sha256OfFile } from '../common/sha256.js';
import { fetchForUser } from '../net/fetch-for-user.js';
import { localCheckpointFolder } from '../services/local-checkpoint-folder.js';
import { createWeightDigests } from '../services/weight-digests.js';
import { downloadFile, isDownloaded } from './download-file.js';
import { type HubClient, statusError, toHubError } from './hub-client.js';
import { HubError } from './hub-error.js';
import type { HubFile } from './list-files.js';
import { type PullProgress, requireSpace } from './pull-checkpoint.js';

export interface FilePull {
  readonly url: URL;
  /** Its plain name, with the ending of a file of weights. */
  readonly fileName: string;
  /** Absolute folder that it is put into. */
  readonly to: string;
  /** What its bytes must have, in hexadecimal. */
  readonly sha256?: string;
}

/**
 * Fetches a checkpoint in one file from any address. Without a sha256 to compare with, what came must at least be a whole
 * file of weights: safetensors, or a pickle, which is read as data.
 *
 * @returns the file's sha256
 * @throws HubError
 */
export async function pullFile(
  { url, fileName, to, sha256 }: FilePull,
  {
    client,
    allowedHosts,
    progress,
    sleep,
  }: {
    readonly client: HubClient;
    readonly allowedHosts: readonly string[];
    readonly progress: PullProgress;
    sleep(ms: number): Promise<void>;
  },
): Promise<string> {
  const file: HubFile = {
    path: fileName,
    sizeBytes: await askForSize(url, allowedHosts),
    digest: sha256 === undefined ? null : { kind: 'sha256', hex: sha256 },
    source: sha256 === undefined ? 'server' : 'option --sha256',
  };
  const path = join(to, fileName);
  await mkdir(to, { recursive: true });
  await requireSpace(to, file.sizeBytes);
  progress.onStart([file]);
  if (!(await isDownloaded(file, path))) {
    const onBytes = (doneBytes: number) => progress.onBytes(fileName, doneBytes);
    await downloadFile(file, { client, from: url.href, to: path, onBytes, sleep });
    await requireWeights(to, file);
  }
  progress.onFile(fileName);
  return sha256 ?? sha256OfFile(path);
}

const MAX_SIZE_ANSWER_MS = 60_000;

/** The size of a file. Requested with a GET whose body is discarded, since not every server answers HEAD. */
export async function askForSize(url: URL, allowedHosts: readonly string[]): Promise<number> {
  const limits = { allowedHosts, maxBytes: Number.MAX_SAFE_INTEGER, totalTimeoutMs: MAX_SIZE_ANSWER_MS };
  const response = await fetchForUser(url, limits).catch((error: unknown) => {
    throw toHubError(error);
  });
  await response.body?.cancel();
  if (response.status !== 200) throw statusError(response.status, url, false);
  const sizeBytes = Number(response.headers.get('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) {
    throw withReason(
      new HubError(`${url.href}: the server does not say how large the file is. Download it by other means.`),
      { code: 'hub', fault: 'no-size', at: url.href },
    );
  }
  return sizeBytes;
}

async function requireWeights(folder: string, { path: name }: HubFile): Promise<void> {
  try {
    await describeWeightFile(localCheckpointFolder(folder, createWeightDigests(undefined, { pickles: true })), name);
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof CheckpointError)) throw error;
    await rm(join(folder, name), { force: true });
    throw new HubError(`${error.message}.`, { cause: error });
  }
}
