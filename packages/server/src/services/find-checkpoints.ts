import { readdirSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { OPEN_AT_ONCE, readTextIfAny } from './file-errors.js';

/**
 * Finds the checkpoints under the given roots: subfolders of a root, a root itself, the snapshots of a Hugging Face cache
 * (`models--org--name/snapshots/REVISION`), which are called `org/name`, and checkpoints in one `.safetensors` file. Where
 * only checkpoints are expected, files without readable content are among them, so that opening one can report the reason.
 * Names are found by listing folders, so no name that somebody asks for can become a path.
 *
 * @returns name -> absolute path of a folder or file, sorted by name; of equal names the first root's
 */
export async function findCheckpoints(roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const root of roots.map((path) => resolve(path))) {
    for (const [name, folder] of await checkpointsUnder(root)) if (!found.has(name)) found.set(name, folder);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The checkpoint that {@link findCheckpoints} finds under this name, without listing all others if it has its own
 * folder.
 *
 * @returns its path
 */
export async function findCheckpoint(roots: readonly string[], name: string): Promise<string | undefined> {
  for (const root of roots.map((path) => resolve(path))) {
    const path = subfolderOf(root, name) ?? new Map(await checkpointsUnder(root)).get(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Without a thread between, which for so little would take most of the time. */
function subfolderOf(root: string, name: string): string | undefined {
  const namesOf = (folder: string) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  const names = namesOf(root);
  if (!names.includes(name) || /^(?:models--|\.)/.test(name) || isCheckpointOf(names)) return undefined;
  const folder = join(root, name);
  return namesOf(join(folder, 'unet')).some((file) => /\.(?:safetensors|bin)$/.test(file)) ? folder : undefined;
}

async function checkpointsUnder(root: string): Promise<readonly (readonly [string, string])[]> {
  if (await isCheckpoint(root)) return [[basename(root), root]];
  const names = await namesIn(root);
  const candidates = await Promise.all(names.map((name) => toCandidate(root, name)));
  const singleFiles = await singleFilesIn(root, { prefix: '', listsDamaged: true });
  const companions = await companionsOf(singleFiles.map(([name]) => name));
  const found = [...singleFiles];
  const areCheckpoints = CHECKPOINTS_FOLDER.test(basename(root));
  for (const candidate of candidates) {
    if (candidate === null) continue;
    const [name, folder] = candidate;
    if (await isCheckpoint(folder)) {
      // A folder that only complements a single file is not a checkpoint of its own.
      if (!companions.has(name) || (await hasUnetWeights(folder))) found.push([name, folder]);
    } else
      found.push(
        ...(await singleFilesIn(folder, {
          prefix: `${name}/`,
          listsDamaged: areCheckpoints || CHECKPOINTS_FOLDER.test(name),
        })),
      );
  }
  return found;
}

/** Whether a file of this name may be a checkpoint in one file. */
export function isSingleFileName(name: string): boolean {
  return /\.safetensors$/i.test(name) || PICKLE.test(name);
}

/** Checkpoints in one file, called by the name of the file. */
async function singleFilesIn(
  folder: string,
  { prefix, listsDamaged }: { readonly prefix: string; readonly listsDamaged: boolean },
): Promise<readonly (readonly [string, string])[]> {
  const found: [string, string][] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (!isSingleFileName(name)) continue;
    if ((await isCheckpointFile(path)) || (listsDamaged && (await isDamaged(path)))) found.push([prefix + name, path]);
  }
  return found;
}

/** Additions to models, and other kinds of models, are in such files too; ours have these three parts. */
async function isCheckpointFile(path: string): Promise<boolean> {
  try {
    const parts = ['model.diffusion_model.', 'first_stage_model.', 'cond_stage_model.'];
    if (PICKLE.test(path)) return await startHolds(path, parts);
    return await headerNames(
      path,
      parts.map((part) => `"${part}`),
    );
  } catch {
    // Unreadable files belong to someone else.
    return false;
  }
}

/**
 * Whether a file is nothing that holds weights: a pointer of Git LFS, a web page, or the first bytes of a download. What it
 * was to be, nobody can tell.
 */
async function isDamaged(path: string): Promise<boolean> {
  try {
    const file = await open(path, OPEN_AT_ONCE);
    try {
      const found = await file.stat();
      if (!found.isFile()) return false;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(9), 0, 9, 0);
      // A pickle of any kind begins with one of these.
      if (PICKLE.test(path)) return !/^(?:PK|\x80)/.test(buffer.toString('latin1', 0, bytesRead));
      return bytesRead < 9 || buffer[8] !== BRACE || buffer.readBigUInt64LE() > BigInt(found.size - 8);
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** Whether each of these texts is in the first part of a file, where a pickle has the names of its tensors. */
async function startHolds(path: string, texts: readonly string[]): Promise<boolean> {
  const file = await open(path, OPEN_AT_ONCE);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PICKLE_START_BYTES), 0, PICKLE_START_BYTES, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return texts.every((text) => start.includes(text));
  } finally {
    await file.close();
  }
}

/** Whether each of these texts is in the header of a file; it is read in pieces, and no further than needed. */
async function headerNames(path: string, texts: readonly string[]): Promise<boolean> {
  const file = await open(path, OPEN_AT_ONCE);
  try {
    const { buffer: word } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const length = word.readBigUInt64LE();
    if (length > MOST_HEADER_BYTES) return false;
    const end = 8 + Number(length);
    const missing = new Set(texts);
    let before = '';
    for (let from = 8; from < end && missing.size > 0; from += PIECE_BYTES) {
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.min(PIECE_BYTES, end - from)),
        position: from,
      });
      if (bytesRead === 0) return false;
      const piece = before + buffer.toString('latin1', 0, bytesRead);
      for (const text of missing) if (piece.includes(text)) missing.delete(text);
      // A text may be split across two pieces.
      before = piece.slice(-LONGEST_TEXT);
    }
    return missing.size === 0;
  } finally {
    await file.close();
  }
}

// Names take 0.2 MB in a real checkpoint, but training metadata may come before them. The format allows this much.
/** A checkpoint that torch.save wrote; `.bin` are parts of folders. */
const PICKLE = /\.(?:ckpt|pt|pth)$/i;
/** The folders in which ComfyUI, A1111 and others keep checkpoints alone. */
export const CHECKPOINTS_FOLDER = /^(?:checkpoints|stable-diffusion|diffusers)$/i;
const BRACE = 0x7b;
const PICKLE_START_BYTES = 4 * 2 ** 20;
const MOST_HEADER_BYTES = 100_000_000n;
const PIECE_BYTES = 1 << 18;
const LONGEST_TEXT = 64;

async function toCandidate(root: string, name: string): Promise<readonly [string, string] | null> {
  const folder = join(root, name);
  const [, repo] = /^models--(.+)$/.exec(name) ?? [];
  if (repo === undefined) return [name, folder];
  const snapshot = await currentSnapshot(folder);
  return (await isOtherPipeline(snapshot)) ? null : [repo.replaceAll('--', '/'), snapshot];
}

const PLAIN_PIPELINES = ['StableDiffusionPipeline', 'StableDiffusionImageVariationPipeline'];

/** A cache contains whatever its owner ever tried; in a folder of checkpoints it is a mistake worth reporting. */
async function isOtherPipeline(folder: string): Promise<boolean> {
  const text = await readTextIfAny(join(folder, 'model_index.json'));
  const pipeline = /"_class_name":\s*"(\w+)"/.exec(text)?.[1];
  return pipeline !== undefined && !pipeline.includes('UnCLIP') && !PLAIN_PIPELINES.includes(pipeline);
}

/** The snapshot that `refs/main` names; without it the last in name order, so that the choice is at least stable. */
export async function currentSnapshot(repoFolder: string): Promise<string> {
  const snapshots = join(repoFolder, 'snapshots');
  const revisions = await namesIn(snapshots);
  const wanted = (await readTextIfAny(join(repoFolder, 'refs', 'main'))).trim();
  return join(snapshots, revisions.find((revision) => revision === wanted) ?? revisions.at(-1) ?? '');
}

async function companionsOf(singleFiles: readonly string[]): Promise<ReadonlySet<string>> {
  if (singleFiles.length === 0) return new Set();
  // Loaded here alone: a server at rest, which lists checkpoints too, does without the package.
  const { companionNames } = await import('@unclip-studio/nodes-unclip');
  return new Set(singleFiles.flatMap(companionNames));
}

async function hasUnetWeights(folder: string): Promise<boolean> {
  return (await namesIn(join(folder, 'unet'))).some((name) => /\.(?:safetensors|bin)$/.test(name));
}

/** An incomplete folder counts too, so that opening it can report what is missing. */
async function isCheckpoint(folder: string): Promise<boolean> {
  return isCheckpointOf(await namesIn(folder));
}

function isCheckpointOf(names: readonly string[]): boolean {
  return ['model_index.json', 'unet', 'prior'].some((part) => names.includes(part));
}

/** Sorted; empty for something that is not a folder or cannot be read. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) return [];
    // A checkpoint that is being fetched starts with a dot.
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch {
    // A root may not exist yet, and a folder of somebody else's is none of our checkpoints.
    return [];
  }
}
