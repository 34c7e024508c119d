import { withReason } from '@unclip-studio/graph-core';
import { REPOSITORY_PATH } from '@unclip-studio/protocol';
import { MAX_HUB_FILES, MAX_HUB_PAGES } from '../limits.js';
import type { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';

/** A file of a repository, and the digest that its bytes must have. */
export interface HubFile {
  /** With '/', relative to the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Large files have a sha256; small ones are git blobs, named by sha1 over a header and the bytes. `null`: not known. */
  readonly digest: { readonly kind: 'sha256' | 'git-blob'; readonly hex: string } | null;
  /** Who says size and digest, for messages; the hub's list when left out. */
  readonly source?: string;
}

/**
 * All files of a repository.
 *
 * @throws HubError if the answer is none, or names paths that leave the repository
 * @see https://huggingface.co/docs/hub/api, /api/models/{repo}/tree/{revision}
 */
export async function listFiles(client: HubClient, repo: string, revision: string): Promise<readonly HubFile[]> {
  const files: HubFile[] = [];
  let pages = 0;
  let next: string | null = `/api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`;
  while (next !== null) {
    const response: Response = await client.get(next);
    const entries: unknown = await response.json().catch(() => null);
    if (!Array.isArray(entries)) throw unreadable(repo);
    for (const entry of entries.filter(isFileEntry)) {
      const file = readEntry(entry, repo);
      if (isNameHere(file.path)) files.push(file);
    }
    next = nextPage(response.headers.get('link'));
    if (files.length > MAX_HUB_FILES || ++pages > MAX_HUB_PAGES) {
      throw withReason(
        new HubError(
          `The list of files of ${repo} does not end: ${files.length} files in ${pages} pages; the limits are ${MAX_HUB_FILES} and ${MAX_HUB_PAGES}.`,
        ),
        { code: 'hub', fault: 'not-a-hub', at: repo },
      );
    }
  }
  return files;
}

interface FileEntry {
  readonly type: 'file';
  readonly path?: unknown;
  readonly size?: unknown;
  readonly oid?: unknown;
  readonly lfs?: { readonly oid?: unknown; readonly size?: unknown } | null;
}

function isFileEntry(entry: unknown): entry is FileEntry {
  return typeof entry === 'object' && entry !== null && 'type' in entry && entry.type === 'file';
}

function readEntry({ path, size, oid, lfs }: FileEntry, repo: string): HubFile {
  const sizeBytes = lfs?.size ?? size;
  const hex = lfs?.oid ?? oid;
  const kind = lfs == null ? 'git-blob' : 'sha256';
  // A simple mirror may list sizes alone; a digest of another form is of something else.
  const isDigest = typeof hex === 'string' && (kind === 'sha256' ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hex);
  const isSize = typeof sizeBytes === 'number' && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0;
  if (!staysInside(path) || !isSize || !(isDigest || hex === undefined)) throw unreadable(repo);
  return { path, sizeBytes, digest: isDigest ? { kind, hex } : null };
}

/** Becomes a path on this machine, so a hub gets no say in where that leads. */
function staysInside(path: unknown): path is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name of a repository has one
  if (typeof path !== 'string' || /[\\\u0000-\u001f]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Others, such as `why?.png` next to the weights, are skipped, since not every file system supports them. */
function isNameHere(path: string): boolean {
  return REPOSITORY_PATH.test(path) && !/\p{Surrogate}/u.test(path);
}

/** `<https://...>; rel="next"`. */
function nextPage(link: string | null): string | null {
  return /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1] ?? null;
}

function unreadable(repo: string): HubError {
  return withReason(
    new HubError(`The list of files of ${repo} cannot be read: this is not the answer of a model hub.`),
    { code: 'hub', fault: 'not-a-hub', at: repo },
  );
}
