import { withReason } from '@unclip-studio/graph-core';
import { MAX_LICENSE_LENGTH, MAX_REPOSITORY_INFO_BYTES } from '../limits.js';
import type { HubClient } from './hub-client.js';
import { HubError, MissingAtHubError } from './hub-error.js';

/** A hub's data about a repository other than its files. */
export interface RepositoryFacts {
  /** The commit of a branch or tag; the requested revision if the hub does not return a commit. */
  readonly revision: string;
  /** As its makers name it, such as `openrail++`; empty if they do not. */
  readonly license: string;
  /** Where the licence can be read. */
  readonly licenseUrl: string;
  /** Words that its makers or the hub gave it, such as `lora`. */
  readonly tags: readonly string[];
  /** A login that has accepted the terms is needed. */
  readonly isGated: boolean;
}

/**
 * The licence of a repository, and the commit from which its files are downloaded: all of them from the same one, even
 * if the repository changes meanwhile.
 *
 * @param endpoint of the hub, for the address of a page
 * @throws HubError if the hub is not reachable, or its answer has another form
 * @see https://huggingface.co/docs/hub/api, /api/models/{repo}/revision/{revision}
 */
export async function describeRepository(
  client: HubClient,
  { endpoint, repo, revision }: { readonly endpoint: string; readonly repo: string; readonly revision: string },
): Promise<RepositoryFacts> {
  const page = new URL(`/${repo}`, endpoint).href;
  const unknown = { revision, license: '', licenseUrl: page, tags: [], isGated: false };
  const path = `/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
  const response = await client.get(path, { maxBytes: MAX_REPOSITORY_INFO_BYTES }).catch((error: unknown) => {
    // A simple mirror may have the files alone; whether the repository is there shows when they are listed.
    if (error instanceof MissingAtHubError) return undefined;
    throw error;
  });
  if (response === undefined) return unknown;
  const info: unknown = await response.json().catch(() => null);
  if (typeof info !== 'object' || info === null) {
    throw withReason(
      new HubError(`The hub's description of ${repo} cannot be read: this is not the answer of a model hub.`),
      { code: 'hub', fault: 'not-a-hub', at: repo },
    );
  }
  const { sha, gated, tags, cardData } = info as Readonly<Record<string, unknown>>;
  const card = (typeof cardData === 'object' ? cardData : null) ?? {};
  return {
    revision: typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha) ? sha : revision,
    license: licenseOf(card),
    licenseUrl: addressIn(card) ?? page,
    tags: Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [],
    isGated: gated !== undefined && gated !== false,
  };
}

/** A custom licence is called `other`, with its name in a separate field. */
function licenseOf(card: object): string {
  const { license, license_name: name } = card as { readonly license?: unknown; readonly license_name?: unknown };
  const said = license === 'other' && typeof name === 'string' ? name : license;
  const first = Array.isArray(said) ? said[0] : said;
  return typeof first === 'string' ? first.slice(0, MAX_LICENSE_LENGTH) : '';
}

function addressIn(card: object): string | undefined {
  const { license_link: link } = card as { readonly license_link?: unknown };
  if (typeof link !== 'string' || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
