import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';

const WILDCARD = /[*?[]/;
const PICTURE = /\.(?:png|jpe?g|jfif|webp)$/i;

/**
 * The pictures that a path with wildcards or a folder's path means, in the order people count: `2.png` before `10.png`.
 * `*` and `?` stand for characters of one name, `[ab]` for one of them, `**` for folders however deep. Hidden files,
 * such as the `._photo.jpg` that macOS leaves on other disks, are not meant unless the pattern says so. A link that leads
 * nowhere is meant, so that whoever asked is told.
 *
 * @param cwd absolute; where relative paths start
 * @returns absolute paths; `undefined` if the path is neither a folder nor has wildcards
 */
export function findPictures(path: string, cwd: string): readonly string[] | undefined {
  if (path === '') return undefined;
  const folder = resolve(cwd, path);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) {
    const names = namesIn(folder).filter((name) => PICTURE.test(name) && !name.startsWith('.'));
    return inOrder(names)
      .map((name) => join(folder, name))
      .filter(mayBeFile);
  }
  if (!WILDCARD.test(path)) return undefined;
  // Of a relative path only what was written is a pattern: the folder it starts from may be called `a[1]`.
  const { root } = parse(path);
  const parts = path.slice(root.length).split(/[/\\]/);
  const start = [root === '' ? cwd : root];
  return inOrder(parts.filter((part) => part !== '').reduce(matchPart, start)).filter(
    (file) => PICTURE.test(file) && mayBeFile(file),
  );
}

function mayBeFile(path: string): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    // A link to itself, or into a folder that may not be read.
    return true;
  }
}

function matchPart(folders: readonly string[], part: string): string[] {
  if (part === '**') return folders.flatMap(foldersBelow);
  if (!WILDCARD.test(part)) return folders.map((folder) => join(folder, part));
  const pattern = toPattern(part);
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, name)),
  );
}

/** The folder itself too: `**` stands for none as well. Links are not followed, since they may lead in circles. */
function foldersBelow(start: string): string[] {
  const found: string[] = [];
  const toVisit = [start];
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    found.push(folder);
    for (const entry of entriesOf(folder)) {
      if (entry.isDirectory() && !entry.name.startsWith('.')) toVisit.push(join(folder, entry.name));
    }
  }
  return found;
}

function namesIn(folder: string): string[] {
  return entriesOf(folder).map(({ name }) => name);
}

/** Nothing where there is no folder, or none that may be read: such a path matches no picture. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function toPattern(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[*?]|[.+^${}()|[\]\\]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token.length > 2) return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`, 'u');
}

function inOrder(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort(new Intl.Collator('en', { numeric: true }).compare);
}
