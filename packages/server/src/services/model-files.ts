import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MODEL_FILE, similarNames, withReason } from '@unclip-studio/graph-core';
import {
  type AbsentModel,
  adviceOnFormerCheckpoint,
  CheckpointError,
  type CheckpointService,
  companionNames,
  MODEL_FILE_NAMES,
  type ModelFileKind,
  missingOutputs,
  type NewModelFile,
  type OpenedModels,
  type PreviewDecoder,
  UnknownModelError,
} from '@unclip-studio/nodes-unclip';
import { findCheckpoint, findCheckpoints, namesIn } from './find-checkpoints.js';
import {
  findModelFiles,
  findPreviewDecoder,
  MODEL_FILE_KINDS,
  modelFolderName,
  modelNamed,
} from './find-model-files.js';
import {
  isSingleFile,
  openLocalCheckpoint,
  openLocalModel,
  openLocalPreviewDecoder,
  openLocalPrior,
} from './open-local-checkpoint.js';
import { toSafeFileName } from './safe-file-name.js';
import { createWeightDigests } from './weight-digests.js';
import { writeNewFile } from './write-new-file.js';

export interface LocalCheckpointService extends CheckpointService {
  /**
   * What a checkpoint, a prior or a folder with both counts by: its content, as far as a result depends on it.
   *
   * @param model the kind of model, if it is another one than a checkpoint
   */
  identify(name: string, model?: string): Promise<string>;
  /** The types of outputs that a LoadModel of this checkpoint has no value for, and why; none for other files. */
  missingOutputs(name: string): Promise<Readonly<Record<string, AbsentModel>>>;
  /** Names of the checkpoints there are, sorted; whether they are sound shows when they are opened. */
  list(): Promise<readonly string[]>;
  /**
   * The available TAESD for previews; the same object while its file does not change. `undefined`: there is none.
   *
   * @throws CheckpointError that reports all problems with it
   */
  openPreviewDecoder(): Promise<PreviewDecoder | undefined>;
}

export interface CheckpointServiceOptions {
  /** Folders which hold checkpoints, see {@link findCheckpoints}. */
  readonly roots: readonly string[];
  /** Where digests of weights are stored, so that they are not read at each start; in memory when left out. */
  readonly cacheFolder?: string | undefined;
  /** Whether pickles are read, as data; they are when left out. */
  readonly pickles?: boolean | undefined;
}

/** Opens checkpoints by name and keeps them open while no file in them changes. */
export function createCheckpointService({
  roots,
  cacheFolder,
  pickles,
}: CheckpointServiceOptions): LocalCheckpointService {
  const weights = createWeightDigests(cacheFolder, { pickles: pickles ?? true });
  const checkpoints = keepOpen((name, path) => openLocalCheckpoint(name, path, weights));
  const priors = keepOpen((name, path) => openLocalPrior(name, path, weights));
  const pathOf = async (name: string) => {
    // A file may be named without its ending.
    const path = (await findCheckpoint(roots, name)) ?? (await findCheckpoint(roots, `${name}.safetensors`));
    if (path !== undefined) return path;
    throw unknownCheckpoint(name, { names: [...(await findCheckpoints(roots)).keys()], roots });
  };
  const previewDecoders = keepOpen((name, path) => openLocalPreviewDecoder({ name, path }, weights));
  const models = keepOpenByKind((kind, name, path) => openLocalModel(kind, { name, path, weights }));
  async function openModel<Kind extends ModelFileKind>(kind: Kind, name: string): Promise<OpenedModels[Kind]> {
    const found = await findModelFiles(kind, roots);
    const path = modelNamed(found, name);
    if (path === undefined) throw await unknownModel(kind, name, { names: [...found.keys()], roots });
    return models(kind)(name, path);
  }
  return {
    openModel,
    saveModel: (kind, file) => saveModel(roots, kind, file),
    open: async (name) => checkpoints(name, await pathOf(name)),
    openPrior: async (name) => priors(name, await pathOf(name)),
    async identify(name, model) {
      if (model !== undefined) return (await openModel(requireKind(model), name)).identity;
      const path = await pathOf(name);
      if (!holdsPrior(path)) return (await checkpoints(name, path)).identity;
      const prior = await priors(name, path);
      if (!holdsUnet(path)) return prior.identity;
      return `${(await checkpoints(name, path)).identity} ${prior.identity}`;
    },
    async missingOutputs(name) {
      const path = await pathOf(name);
      if (!holdsUnet(path)) return {};
      return missingOutputs(await checkpoints(name, path));
    },
    async list() {
      return [...(await findCheckpoints(roots)).keys()];
    },
    async openPreviewDecoder() {
      const found = await findPreviewDecoder(roots);
      return found && previewDecoders(found.name, found.path);
    },
  };
}

/** Into the folder of its kind in the first root. */
async function saveModel(
  [root = '']: readonly string[],
  kind: ModelFileKind,
  { name, ending, bytes }: NewModelFile,
): Promise<string> {
  const folder = join(root, modelFolderName(kind));
  try {
    await mkdir(folder, { recursive: true });
    for (let number = 1; ; number++) {
      const file = `${toSafeFileName(name)}${number === 1 ? '' : `-${number}`}.${ending}`;
      const path = join(folder, file);
      if (await writeNewFile(path, bytes)) return file;
      if (Buffer.compare(await readFile(path), bytes) === 0) return file;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const cure = 'Name another folder first with --models DIR.';
    throw new CheckpointError(`"${name}" goes to "${folder}", which cannot be written: ${reason}. ${cure}`, {
      cause: error,
    });
  }
}

/** Opens what is not open yet, or has changed since. */
function keepOpen<Opened>(open: (name: string, path: string) => Promise<Opened>) {
  const known = new Map<string, { readonly stamp: string; readonly opened: Promise<Opened> }>();
  return async (name: string, path: string): Promise<Opened> => {
    const stamp = stampOf(path);
    const last = known.get(path);
    if (last?.stamp === stamp) return last.opened;
    const opened = open(name, path);
    known.set(path, { stamp, opened });
    // Broken files are read again each time, because the user may be repairing them.
    opened.catch(() => known.delete(path));
    return opened;
  };
}

/** One {@link keepOpen} a kind of model. */
function keepOpenByKind(
  open: <Kind extends ModelFileKind>(kind: Kind, name: string, path: string) => Promise<OpenedModels[Kind]>,
) {
  const byKind = new Map<ModelFileKind, unknown>();
  return <Kind extends ModelFileKind>(kind: Kind) => {
    type Opener = (name: string, path: string) => Promise<OpenedModels[Kind]>;
    // The cache of a kind opens models of that kind.
    const known = byKind.get(kind) as Opener | undefined;
    const opener = known ?? keepOpen((name: string, path: string) => open(kind, name, path));
    byKind.set(kind, opener);
    return opener;
  };
}

/** @throws Error for a kind that a node declares and nothing opens */
function requireKind(model: string): ModelFileKind {
  if (Object.hasOwn(MODEL_FILE_NAMES, model)) return model as ModelFileKind;
  throw new Error(`Internal error: a node asks for a model of the kind "${model}"`);
}

export const holdsPrior = (path: string) => !isSingleFile(path) && existsSync(join(path, 'prior'));
export const holdsUnet = (path: string) => isSingleFile(path) || existsSync(join(path, 'unet'));

/**
 * Differs when a file of the checkpoint was replaced: paths, sizes and times of all files. Synchronous and sequential,
 * without switching threads: for a few dozen files that takes 0.5 ms instead of 5.
 */
function stampOf(path: string): string {
  if (!isSingleFile(path) && statSync(path, { throwIfNoEntry: false })?.isFile()) return describeFile(path);
  if (!isSingleFile(path)) return stampOfFolder(path);
  const beside = companionNames(basename(path)).map((name) => join(dirname(path), name));
  return [describeFile(path), ...beside.map((folder) => (existsSync(folder) ? stampOfFolder(folder) : ''))].join('\n');
}

/** Two levels deep. */
function stampOfFolder(folder: string): string {
  const paths = entriesOf(folder).flatMap((entry) =>
    entry.isDirectory() ? entriesOf(join(folder, entry.name)).map(({ name }) => join(entry.name, name)) : [entry.name],
  );
  return paths
    .sort()
    .map((path) => `${path} ${describeFile(join(folder, path))}`)
    .join('\n');
}

/** None of a folder that may not be read: opening the checkpoint says why. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** `stat` follows links, so a cache whose link was turned to another blob differs as well. */
function describeFile(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function unknownCheckpoint(
  name: string,
  { names, roots }: { readonly names: readonly string[]; readonly roots: readonly string[] },
): CheckpointError {
  const advice =
    adviceOnFormerCheckpoint(name) ?? 'Put its folder there, or name the folder it lies in with --models DIR.';
  const error = new CheckpointError(
    `No checkpoint is called "${name}"; ${thereAre(names, name)} in ${roots.join(', ')}. ${advice}`,
  );
  return withReason(error, { code: 'model-not-found', type: 'checkpoint', name });
}

async function unknownModel(
  kind: ModelFileKind,
  name: string,
  { names, roots }: { readonly names: readonly string[]; readonly roots: readonly string[] },
): Promise<CheckpointError> {
  const folder = modelFolderName(kind);
  const elsewhere = await findElsewhere(kind, name, roots);
  const advice =
    elsewhere === undefined
      ? `Put it into the folder "${folder}" of one of them, or name another folder with --models DIR.`
      : `A file of this name is "${elsewhere}"; if it is the one, move it to "${join(resolve(roots[0] ?? ''), folder)}".`;
  const error = new UnknownModelError(
    `No ${MODEL_FILE_NAMES[kind]} is called "${name}"; ${thereAre(names, name)} in ${roots.join(', ')}. ${advice}`,
  );
  return withReason(error, { code: 'model-not-found', type: kind, name });
}

/** A file of this name next to the folders of models, or in that of another kind. @returns its path */
async function findElsewhere(kind: ModelFileKind, name: string, roots: readonly string[]): Promise<string | undefined> {
  const inRoots = (await Promise.all(roots.map((root) => namesIn(root)))).flatMap((names, i) =>
    names.filter((one) => MODEL_FILE.test(one)).map((one) => [one, join(roots[i] ?? '', one)] as const),
  );
  const others = MODEL_FILE_KINDS.filter((other) => other !== kind);
  for (const files of [new Map(inRoots), ...(await Promise.all(others.map((one) => findModelFiles(one, roots))))]) {
    const path = modelNamed(files, name);
    if (path !== undefined) return path;
  }
  return undefined;
}

const MAX_LISTED = 10;

/** The first names, those similar to the requested one before the others. */
function thereAre(names: readonly string[], asked: string): string {
  if (names.length === 0) return 'there are none';
  const shown = [...new Set([...similarNames(asked, names), ...names])].slice(0, MAX_LISTED);
  const left = names.length - shown.length;
  const more = left === 0 ? '' : ` and ${left} more (see: unclip models list)`;
  return `there are ${shown.map((one) => `"${one}"`).join(', ')}${more}`;
}
