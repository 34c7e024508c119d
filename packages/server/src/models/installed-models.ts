import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { becauseOf } from '@unclip-studio/graph-core';
import type { InstalledModel, ModelType, Reason } from '@unclip-studio/protocol';
import { sha256 } from '../common/sha256.js';
import { findCheckpoints, namesIn } from '../services/find-checkpoints.js';
import { findModelFiles, MODEL_FILE_KINDS } from '../services/find-model-files.js';
import { localCheckpointFolder } from '../services/local-checkpoint-folder.js';
import { createWeightDigests } from '../services/weight-digests.js';
import type { DownloadedModels, FindRecord } from './downloaded-models.js';
import { findPreview, type PreviewSource, triggerWordsOf } from './model-notes.js';

/** A model that workflows can name, as stored on disk. */
export interface FoundModel {
  readonly id: string;
  readonly type: ModelType;
  readonly name: string;
  readonly path: string;
}

/** What is known about all models without reading their weights. */
export interface InstalledModels {
  list(type?: ModelType): Promise<readonly InstalledModel[]>;
  /** By its id, which only a list returns: no client input becomes a path. */
  find(id: string): Promise<FoundModel | undefined>;
  preview(model: FoundModel): Promise<PreviewSource | undefined>;
}

/** The data from the files of one model. */
interface ModelFacts {
  readonly sizeBytes: number;
  readonly precisions: readonly string[];
  readonly family?: string;
  readonly triggerWords: readonly string[];
  readonly preview?: PreviewSource;
  readonly problem?: string;
  readonly because?: Reason;
}

export interface InstalledModelsOptions {
  /** Folders that hold models, see `findCheckpoints`. */
  readonly roots: readonly string[];
  readonly pickles: boolean;
  readonly downloaded: Pick<DownloadedModels, 'records'>;
}

/** Facts are kept for as long as a model's files do not change. */
export function createInstalledModels({ roots, pickles, downloaded }: InstalledModelsOptions): InstalledModels {
  const known = new Map<string, { readonly stamp: string; readonly facts: Promise<ModelFacts> }>();
  /** By id; those that were listed once. */
  const named = new Map<string, FoundModel>();

  async function factsOf({ type, path }: FoundModel): Promise<ModelFacts> {
    const weights = await weightsOf(path);
    const stamp = await stampOf([path, dirname(path), ...(weights === path ? [] : await filesOfParts(path))]);
    const last = known.get(path);
    if (last?.stamp === stamp) return last.facts;
    const facts = readFacts({ type, path }, weights, pickles);
    known.set(path, { stamp, facts });
    facts.catch(() => known.delete(path));
    return facts;
  }

  const find = async (type?: ModelType): Promise<readonly FoundModel[]> => {
    const found = await findAll(roots, type);
    for (const model of found) named.set(model.id, model);
    return found;
  };

  async function toRecord(
    model: FoundModel,
    { checkpoints, findRecord }: { readonly checkpoints: Families; readonly findRecord: FindRecord },
  ): Promise<InstalledModel> {
    const { preview, family, problem, ...facts } = await factsOf(model);
    const record = await findRecord(model.path);
    return {
      ...model,
      ...facts,
      ...(family === undefined ? {} : { family }),
      ...(problem === undefined ? {} : { problem }),
      ...fitsOf(model.type, family, checkpoints),
      hasThumbnail: preview !== undefined,
      managed: record !== undefined,
      ...(record === undefined ? {} : { repository: record.repository, license: record.license }),
    };
  }

  return {
    async list(type) {
      const [wanted, others] = await Promise.all([find(type), find('checkpoint')]);
      const checkpoints: (readonly [string, string | undefined])[] = [];
      for (const model of others) checkpoints.push([model.name, (await factsOf(model)).family]);
      const findRecord = await downloaded.records();
      const records: InstalledModel[] = [];
      // One after the other: a folder may hold hundreds, and each opens files.
      for (const model of wanted) records.push(await toRecord(model, { checkpoints, findRecord }));
      return records;
    },
    async find(id) {
      // Looking through all folders takes long where there are many, and a page asks for an image of each.
      const known = named.get(id);
      if (known !== undefined && existsSync(known.path)) return known;
      return (await find()).find((model) => model.id === id);
    },
    preview: async (model) => (await factsOf(model)).preview,
  };
}

/** Checkpoint -> its kind. */
type Families = readonly (readonly [string, string | undefined])[];

/** Whole models, and all that comes by itself. */
export const MODEL_TYPES: readonly ModelType[] = ['checkpoint', ...MODEL_FILE_KINDS];

/** All models, or those of one type; the checkpoints first. */
async function findAll(roots: readonly string[], type?: ModelType): Promise<readonly FoundModel[]> {
  const types = MODEL_TYPES.filter((one) => type === undefined || one === type);
  const found: FoundModel[] = [];
  for (const one of types) {
    const kind = MODEL_FILE_KINDS.find((known) => known === one);
    const models = await (kind === undefined ? findCheckpoints(roots) : findModelFiles(kind, roots));
    for (const [name, path] of models) found.push({ id: idOf(one, path), type: one, name, path });
  }
  return found;
}

function idOf(type: ModelType, path: string): string {
  return sha256(`${type}\n${path}`).slice(0, 24);
}

/**
 * Models that output, read or change images or latents are not made for one text width; some VAEs declare what they are
 * for.
 */
const OF_NO_FAMILY: ReadonlySet<ModelType> = new Set(['upscaler', 'vision', 'image-embeds']);

function fitsOf(type: ModelType, family: string | undefined, checkpoints: Families): Pick<InstalledModel, 'fits'> {
  if (family === undefined || type === 'checkpoint') return {};
  return { fits: checkpoints.filter(([, other]) => other === family).map(([name]) => name) };
}

async function readFacts(
  { type, path }: Pick<FoundModel, 'type' | 'path'>,
  weights: string | undefined,
  pickles: boolean,
): Promise<ModelFacts> {
  const sizeBytes = await bytesBelow(path, 2);
  const nothing = { sizeBytes, precisions: [], triggerWords: [] };
  if (weights === undefined) {
    const because = { code: 'model-parts-missing', parts: ['weights'] } as const;
    return { ...nothing, problem: 'It has no weights. Download or copy it again.', because };
  }
  // What numpy writes has no names and no notes.
  if (weights.toLowerCase().endsWith('.npy')) return nothing;
  // Loaded here alone: a server at rest does without the package.
  const { CheckpointError, checkParts, describeWeightFile } = await import('@unclip-studio/nodes-unclip');
  try {
    const digests = createWeightDigests(undefined, { pickles });
    const folder = localCheckpointFolder(dirname(weights), digests);
    const { dtypes, family, metadata } = await describeWeightFile(
      folder,
      basename(weights),
      // Of a folder its config says more than the names of its weights.
      weights === path ? type : undefined,
    );
    if (type === 'checkpoint' && weights !== path) await checkParts(localCheckpointFolder(path, digests));
    const preview = await findPreview(path, metadata);
    return {
      sizeBytes,
      precisions: dtypes.map((dtype) => PRECISIONS[dtype] ?? dtype),
      ...(family === undefined || OF_NO_FAMILY.has(type) ? {} : { family }),
      triggerWords: await triggerWordsOf(path, metadata),
      ...(preview === undefined ? {} : { preview }),
    };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { ...nothing, problem: error.message, ...becauseOf(error) };
  }
}

const PRECISIONS: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8',
  F8_E5M2: 'float8',
};

/** The file of weights that describes a model best: its own, or that of the largest network in its folder. */
async function weightsOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  for (const part of ['unet', 'prior', '']) {
    const names = (await namesIn(join(path, part))).filter((name) => /\.(?:safetensors|bin|pt|pth)$/i.test(name));
    // In full before in half precision, and never the pickle of the same weights.
    const [best] = names.sort((a, b) => rank(a) - rank(b));
    if (best !== undefined) return join(path, part, best);
  }
  return undefined;
}

function rank(name: string): number {
  return (name.endsWith('.safetensors') ? 0 : 2) + (name.includes('.fp16.') ? 1 : 0);
}

/** The files in a folder and in its subfolders, and these. */
async function filesOfParts(path: string): Promise<readonly string[]> {
  const parts = (await namesIn(path)).map((name) => join(path, name));
  const files = await Promise.all(parts.map(async (part) => (await namesIn(part)).map((name) => join(part, name))));
  return [...parts, ...files.flat()];
}

async function bytesBelow(path: string, depth: number): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return found?.size ?? 0;
  if (depth === 0) return 0;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => bytesBelow(join(path, name), depth - 1)));
  return sizes.reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}

/** Differs when one of these was replaced, or when something came into or left one of the folders. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? 'none' : `${found.size} ${found.mtimeMs} ${found.ino}`;
  });
  return (await Promise.all(stamps)).join('\n');
}
