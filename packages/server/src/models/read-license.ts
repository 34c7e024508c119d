import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../common/sha256.js';
import { MAX_LICENSE_LENGTH, MAX_LICENSE_TEXT_BYTES } from '../limits.js';
import { OPEN_AT_ONCE } from '../services/file-errors.js';
import { namesIn } from '../services/find-checkpoints.js';
import type { DownloadedModel } from './downloaded-models.js';
import {
  isForAnyUse,
  isTextForAnyUse,
  KNOWN_LICENSES,
  licenseOfId,
  licenseOfPublished,
  readKnownLicense,
  useRestrictionsIn,
} from './known-licenses.js';

/** The licence of one model, as far as its files, its hub and its name show it. */
export interface LicenseFacts {
  /** Empty if none is known. */
  readonly title: string;
  readonly url?: string;
  readonly text?: string;
  /** Whether it forbids uses, or it is not known that it does not. */
  readonly restrictsUse: boolean;
  /** The forbidden uses, quoted. */
  readonly restrictions: readonly string[];
  /** Of the text to accept, or of its title and address if there is no text. */
  readonly sha256: string;
}

export interface LicensedModel {
  /** What workflows call it. */
  readonly name: string;
  /** A folder or a file; left out for one that only other machines have. */
  readonly path?: string | undefined;
  /** If this program downloaded it. */
  readonly record?: DownloadedModel | undefined;
}

/**
 * Finds the licence of a model: a file LICENSE in its folder, the licence that the hub or the model card names, and for
 * published models the one that their makers gave them. Of several the one counts that forbids something.
 */
export async function readLicense(model: LicensedModel): Promise<LicenseFacts> {
  const folder = await folderOf(model);
  const card = folder === undefined ? {} : await readCard(folder);
  const own = folder === undefined ? undefined : await readLicenseFile(folder);
  const named = model.record?.license.name || card.id;
  const known = licenseOfId(named ?? '') ?? licenseOfPublished([model.record?.repository ?? '', model.name]);
  const id = named || known?.id || '';
  const isOwnForAnyUse = own === undefined || isTextForAnyUse(own);
  const text = known !== undefined && isOwnForAnyUse ? await readKnownLicense(known) : own;
  const restrictsUse = !isOwnForAnyUse || (id !== '' && !isForAnyUse(id));
  const title = titleOf(text, known?.title ?? id);
  const url = model.record?.license.url || card.url || known?.url;
  return {
    title,
    ...(url === undefined ? {} : { url }),
    ...(text === undefined ? {} : { text }),
    restrictsUse,
    restrictions: text === undefined ? [] : useRestrictionsIn(text),
    sha256: sha256(text ?? `${title}\n${url ?? ''}`),
  };
}

/** The folder of this model alone. In a folder shared with others, a LICENSE may belong to one of them. */
async function folderOf({ path, record }: LicensedModel): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return path;
  return record === undefined ? undefined : dirname(path);
}

async function readLicenseFile(folder: string): Promise<string | undefined> {
  const names = (await namesIn(folder)).filter((name) => /^licen[cs]e(?:[-_][^.]*)?(?:\.(?:txt|md))?$/i.test(name));
  // LICENSE-MODEL is more specific to a model than the LICENSE of the code next to it.
  const [best] = names.toSorted((a, b) => Number(/model|weight/i.test(b)) - Number(/model|weight/i.test(a)));
  return best === undefined ? undefined : readSmallText(join(folder, best));
}

/** What the model card says above its text, as the hub reads it. */
async function readCard(folder: string): Promise<{ readonly id?: string; readonly url?: string }> {
  const [, head = ''] = /^---\r?\n([\s\S]*?)\n---/.exec((await readSmallText(join(folder, 'README.md'))) ?? '') ?? [];
  const entryOf = (key: string) => new RegExp(`^${key}:[ \\t]*["']?([^\\s"'#]+)`, 'm').exec(head)?.[1];
  const license = entryOf('license');
  const id = (license === 'other' ? entryOf('license_name') : undefined) ?? license;
  const url = entryOf('license_link');
  const isAddress = url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url);
  return { ...(id && { id: id.slice(0, MAX_LICENSE_LENGTH) }), ...(isAddress && { url }) };
}

/** `undefined` if it does not exist, is not a file or is too large. */
async function readSmallText(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size === 0 || found.size > MAX_LICENSE_TEXT_BYTES) return undefined;
  return readFile(path, { encoding: 'utf8', flag: OPEN_AT_ONCE }).catch(() => undefined);
}

function titleOf(text: string | undefined, otherwise: string): string {
  const start = text?.slice(0, MOST_START) ?? '';
  const known = KNOWN_LICENSES.find(({ title }) => start.includes(title));
  const common = COMMON_TITLES.find(([, pattern]) => pattern.test(start))?.[0];
  const firstLine = /^[ \t#]*(\S.*)$/m.exec(start)?.[1]?.trim();
  return (known?.title ?? common ?? (otherwise || firstLine) ?? '').slice(0, MAX_LICENSE_LENGTH);
}

const MOST_START = 2000;
const COMMON_TITLES: readonly (readonly [string, RegExp])[] = [
  ['MIT License', /^MIT License\b/m],
  ['Apache License 2.0', /Apache License\s+Version 2\.0/],
];
