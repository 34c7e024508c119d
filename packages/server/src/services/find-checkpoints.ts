import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

/**
 * Finds the checkpoint folders under the given roots: subfolders of a root, a root itself, and the snapshots of a
 * Hugging Face cache (`models--org--name/snapshots/REVISION`), which are called `org/name`.
 * Names are found by listing folders, so no name that somebody asks for can become a path.
 *
 * @returns name -> absolute folder, sorted by name; of equal names the first root's
 */
export async function findCheckpoints(roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const root of roots.map((path) => resolve(path))) {
    for (const [name, folder] of await checkpointsUnder(root)) if (!found.has(name)) found.set(name, folder);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function checkpointsUnder(root: string): Promise<readonly (readonly [string, string])[]> {
  if (await isCheckpoint(root)) return [[basename(root), root]];
  const candidates = await Promise.all((await namesIn(root)).map((name) => toCandidate(root, name)));
  const found: [string, string][] = [];
  for (const [name, folder] of candidates) if (await isCheckpoint(folder)) found.push([name, folder]);
  return found;
}

async function toCandidate(root: string, name: string): Promise<readonly [string, string]> {
  const folder = join(root, name);
  const [, repo] = /^models--(.+)$/.exec(name) ?? [];
  return repo === undefined ? [name, folder] : [repo.replaceAll('--', '/'), await currentSnapshot(folder)];
}

/** The snapshot that `refs/main` names; without it the last in name order, so that the choice is at least stable. */
async function currentSnapshot(repoFolder: string): Promise<string> {
  const snapshots = join(repoFolder, 'snapshots');
  const revisions = await namesIn(snapshots);
  const wanted = (await namesIn(join(repoFolder, 'refs'))).includes('main')
    ? (await readFile(join(repoFolder, 'refs', 'main'), 'utf8')).trim()
    : null;
  return join(snapshots, revisions.find((revision) => revision === wanted) ?? revisions.at(-1) ?? '');
}

/** Half a folder counts too, so that opening it can tell what is missing. */
async function isCheckpoint(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  return names.includes('model_index.json') || names.includes('unet');
}

/** Sorted; empty for what is no folder or cannot be read. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await stat(folder)).isDirectory() ? (await readdir(folder)).sort() : [];
  } catch {
    // A root may not exist yet, and a folder of somebody else's is none of our checkpoints.
    return [];
  }
}
