import { type Dirent, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import { MAX_FILES_LOOKED_AT } from '../limits.js';
import { parseNamePattern } from './name-pattern.js';

const WILDCARD = /[*?[]/;
const IMAGE = /\.(?:png|jpe?g|jfif|webp)$/i;

/**
 * The images that a path with wildcards or a folder's path matches, in natural order: `2.png` before `10.png`. `*` and
 * `?` match characters of one name, `[ab]` one of them, `**` folders of any depth. Hidden files, such as the
 * `._photo.jpg` that macOS creates on other disks, are matched only if the pattern says so. A broken link is matched,
 * so that the user is informed.
 *
 * @param cwd absolute; where relative paths start
 * @returns absolute paths; `undefined` if the path is neither a folder nor has wildcards
 * @throws FilePatternError if it matches too much to list
 */
export function findImages(path: string, cwd: string): readonly string[] | undefined {
  // No file system knows a name with a NUL.
  if (path === '' || path.includes('\0')) return undefined;
  const folder = resolve(cwd, path);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const budget = { lookedAt: 0 };
  if (isFolder) {
    const names = namesIn(folder, budget).filter((name) => IMAGE.test(name) && !name.startsWith('.'));
    return inOrder(names)
      .map((name) => join(folder, name))
      .filter(mayBeFile);
  }
  if (!WILDCARD.test(path)) return undefined;
  // Only the written part of a relative path is a pattern: the folder it starts from may be called `a[1]`.
  const { root } = parse(path);
  const parts = path.slice(root.length).split(/[/\\]/);
  const start = [root === '' ? cwd : root];
  const found = togetherWherePlain(parts).reduce((folders, part) => matchPart(folders, part, budget), start);
  // Ordered last: comparing thousands of long paths that lead nowhere takes seconds.
  return inOrder(found.filter((file) => IMAGE.test(file) && mayBeFile(file)));
}

/** The parts without wildcards that follow each other as one path: each would be put behind every folder found before it. */
function togetherWherePlain(parts: readonly string[]): readonly string[] {
  const together: string[] = [];
  for (const part of parts) {
    const last = together.at(-1);
    if (part === '') continue;
    if (last === undefined || WILDCARD.test(last) || WILDCARD.test(part)) together.push(part);
    else together[together.length - 1] = join(last, part);
  }
  return together;
}

function mayBeFile(path: string): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch (error) {
    // Else a link to itself, or into a folder that may not be read.
    return (error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG';
  }
}

/** A pattern that matches too much to list. */
export class FilePatternError extends Error {
  override readonly name = 'FilePatternError';
}

/** Counts the visited entries, so that `/**` ends. */
interface Budget {
  lookedAt: number;
}

function matchPart(folders: readonly string[], part: string, budget: Budget): string[] {
  if (part === '**') return foldersBelow(folders, budget);
  if (!WILDCARD.test(part)) {
    lookAt(folders.length, budget);
    // Most folders lack the first of several names, and long paths are slow to write behind each of thousands.
    const first = part.slice(0, part.search(/[/\\]|$/));
    const begins = first === part ? folders : folders.filter((folder) => existsSync(join(folder, first)));
    return begins.map((folder) => join(folder, part));
  }
  const matches = parseNamePattern(part);
  return folders.flatMap((folder) =>
    namesIn(folder, budget)
      .filter((name) => matches(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, name)),
  );
}

/** Including the folders themselves: `**` also matches none. Links are not followed, since they may be circular. */
function foldersBelow(starts: readonly string[], budget: Budget): string[] {
  // Each folder once, however many of them it is below: one `**` behind another means the same as one.
  const found = new Set<string>();
  const toVisit = [...starts];
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    for (const entry of entriesOf(folder, budget)) {
      if (entry.isDirectory() && !entry.name.startsWith('.')) toVisit.push(join(folder, entry.name));
    }
  }
  return [...found];
}

function namesIn(folder: string, budget: Budget): string[] {
  return entriesOf(folder, budget).map(({ name }) => name);
}

/** Nothing if there is no folder, or it is not readable: such a path matches no image. */
function entriesOf(folder: string, budget: Budget): readonly Dirent[] {
  const entries = readEntries(folder);
  lookAt(entries.length + 1, budget);
  return entries;
}

function lookAt(count: number, budget: Budget): void {
  budget.lookedAt += count;
  if (budget.lookedAt > MAX_FILES_LOOKED_AT) {
    throw withReason(
      new FilePatternError(
        `It takes looking at more than ${MAX_FILES_LOOKED_AT} files and folders, which is the limit. Name a folder nearer to ` +
          'the images.',
      ),
      { code: 'too-many-files', limit: MAX_FILES_LOOKED_AT },
    );
  }
}

function readEntries(folder: string): readonly Dirent[] {
  // Reading what is not there costs twenty times as much, and a pattern can mean thousands of paths that lead nowhere.
  if (!existsSync(folder)) return [];
  try {
    if (!statSync(folder).isDirectory()) return [];
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function inOrder(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort(new Intl.Collator('en', { numeric: true }).compare);
}
