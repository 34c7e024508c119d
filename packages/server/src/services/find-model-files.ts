import { basename, dirname, join, resolve } from 'node:path';
import { MODEL_FILE, modelMeant } from '@unclip-studio/graph-core';
import { isPickle, type ModelFileKind } from '@unclip-studio/nodes-unclip';
import { readTextIfAny } from './file-errors.js';
import { CHECKPOINTS_FOLDER, currentSnapshot, namesIn } from './find-checkpoints.js';

/** The folders for models of a kind, by ComfyUI's name first and then by A1111's; case does not count. */
export const MODEL_FOLDERS: Readonly<Record<ModelFileKind, readonly string[]>> = {
  // The second one is that of diffusers' examples.
  controlnet: ['controlnet', 'controlnets'],
  upscaler: ['upscale_models', 'esrgan', 'realesrgan'],
  vae: ['vae'],
  vision: ['clip_vision'],
  'ip-adapter': ['ipadapter', 'ip-adapter', 'ip_adapter'],
  lora: ['loras', 'lora', 'lycoris'],
  embedding: ['embeddings'],
  'image-embeds': ['image_embeds'],
};

/** What the config.json of a model of a kind says, by which a folder in a cache of Hugging Face is recognised. */
const CONFIGS: Readonly<Record<ModelFileKind, RegExp | null>> = {
  controlnet: /"_class_name":\s*"ControlNetModel"/,
  upscaler: null,
  vae: /"_class_name":\s*"Autoencoder(?:KL|Tiny)"/,
  vision: /"model_type":\s*"clip(?:_vision_model)?"/,
  'ip-adapter': null,
  lora: null,
  embedding: null,
  'image-embeds': null,
};

/** What diffusers calls the one file of a repository. */
const CACHED_FILES: Readonly<Partial<Record<ModelFileKind, string>>> = { lora: 'pytorch_lora_weights.safetensors' };

/** Where h94/IP-Adapter and repositories like it have several models: files of a name, or a folder. */
const CACHED_BELOW: Readonly<Partial<Record<ModelFileKind, RegExp>>> = {
  'ip-adapter': /^ip-adapter.*\.(?:safetensors|bin)$/i,
  vision: /^image_encoder$/,
};

/** What numpy.save writes holds numbers alone, which are no other model. */
const isFileOf = (kind: ModelFileKind, name: string) =>
  MODEL_FILE.test(name) && (kind === 'image-embeds' || !name.toLowerCase().endsWith('.npy'));
/** Files may be in subfolders, by which people sort them. */
const MAX_DEPTH = 3;

/**
 * Finds the models of a kind: files and folders in `vae`, `clip_vision` and so on, in each root, in `models` below it,
 * and next to a root that is the checkpoint folder of ComfyUI or A1111; and repositories in a Hugging Face cache. Names
 * are found by listing folders, so no requested name can become a path.
 *
 * @returns name -> absolute path of a file or folder, sorted by name; of equal names the first root's
 */
export async function findModelFiles(
  kind: ModelFileKind,
  roots: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const root of roots.map((path) => resolve(path))) {
    for (const base of basesOf(root)) {
      for (const name of await namesIn(base)) {
        if (!MODEL_FOLDERS[kind].includes(name.toLowerCase())) continue;
        for (const [file, path] of await modelsBelow(kind, join(base, name)))
          if (!found.has(file)) found.set(file, path);
      }
    }
    for (const [name, path] of await modelsInCache(kind, root)) if (!found.has(name)) found.set(name, path);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where ComfyUI and A1111 look for decoders of previews. */
const PREVIEW_DECODER_FOLDERS = ['vae_approx', 'vae-taesd'];
/** Those of Stable Diffusion 1 and 2: others, such as taesdxl and taesd3, are for latents of unsupported models. */
const PREVIEW_DECODER_NAME = /(?:^|\/)taesd(?:[-_]?decoder)?(?:\.[a-z]+)?$/i;

/**
 * Finds a TAESD for previews: `taesd_decoder.safetensors`, `taesd.safetensors` or a diffusers folder `taesd`, in the
 * folders for preview models or for VAEs.
 *
 * @returns name and absolute path of the first; of a pickle only if there is nothing else
 */
export async function findPreviewDecoder(
  roots: readonly string[],
): Promise<{ readonly name: string; readonly path: string } | undefined> {
  const found: (readonly [string, string])[] = [];
  for (const base of roots.flatMap((root) => basesOf(resolve(root)))) {
    for (const name of await namesIn(base)) {
      if (PREVIEW_DECODER_FOLDERS.includes(name.toLowerCase()))
        found.push(...(await modelsBelow('vae', join(base, name))));
    }
  }
  found.push(...(await findModelFiles('vae', roots)));
  const fitting = found.filter(([name]) => PREVIEW_DECODER_NAME.test(name));
  const [name, path] = fitting.find(([one]) => !isPickle(one)) ?? fitting[0] ?? [];
  return name === undefined || path === undefined ? undefined : { name, path };
}

/** The same of a kind that somebody names; none of a kind that there is not. */
export async function findModelsOfKind(kind: string, roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return Object.hasOwn(MODEL_FOLDERS, kind) ? findModelFiles(kind as ModelFileKind, roots) : new Map();
}

/** Every kind of model that comes by itself. */
export const MODEL_FILE_KINDS = Object.keys(MODEL_FOLDERS) as readonly ModelFileKind[];

/** The name of the folder that users put models of a kind into. */
export function modelFolderName(kind: ModelFileKind): string {
  return MODEL_FOLDERS[kind][0] ?? kind;
}

/** The path of the model that a name means; see `modelMeant`. */
export function modelNamed(found: ReadonlyMap<string, string>, name: string): string | undefined {
  const meant = modelMeant([...found.keys()], name);
  return meant === undefined ? undefined : found.get(meant);
}

/** The root of ComfyUI or A1111 may be given, its folder `models`, or its folder of checkpoints. */
function basesOf(root: string): readonly string[] {
  const isCheckpoints = CHECKPOINTS_FOLDER.test(basename(root));
  const isModels = /^models$/i.test(basename(root));
  return [
    root,
    join(root, 'models'),
    ...(isCheckpoints ? [dirname(root), dirname(dirname(root))] : []),
    // A1111 has `embeddings` next to its folder `models`.
    ...(isModels ? [dirname(root)] : []),
  ];
}

async function modelsBelow(
  kind: ModelFileKind,
  folder: string,
  prefix = '',
  depth = 0,
): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (isFileOf(kind, name)) found.push([prefix + name, path]);
    else if (await isModelFolder(kind, path)) found.push([prefix + name, path]);
    else if (depth < MAX_DEPTH) found.push(...(await modelsBelow(kind, path, `${prefix}${name}/`, depth + 1)));
  }
  return found;
}

async function modelsInCache(kind: ModelFileKind, root: string): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const name of await namesIn(root)) {
    const [, repo] = /^models--(.+)$/.exec(name) ?? [];
    if (repo === undefined) continue;
    const snapshot = await currentSnapshot(join(root, name));
    const repoName = repo.replaceAll('--', '/');
    if (await isModelFolder(kind, snapshot)) found.push([repoName, snapshot]);
    for (const [below, path] of await modelsBelowModels(kind, snapshot)) found.push([`${repoName}/${below}`, path]);
    const file = CACHED_FILES[kind];
    if (file !== undefined && (await namesIn(snapshot)).includes(file)) found.push([repoName, join(snapshot, file)]);
  }
  return found;
}

/** In the folder `models` of a repository, and of two formats of one file the one that is not a pickle. */
async function modelsBelowModels(
  kind: ModelFileKind,
  snapshot: string,
): Promise<readonly (readonly [string, string])[]> {
  const pattern = CACHED_BELOW[kind];
  if (pattern === undefined) return [];
  const folder = join(snapshot, 'models');
  const names = (await namesIn(folder)).filter((name) => pattern.test(name));
  const wanted = names.filter(
    (name) => !names.includes(name.replace(/\.bin$/i, '.safetensors')) || !/\.bin$/i.test(name),
  );
  const found: (readonly [string, string])[] = [];
  for (const name of wanted) {
    const path = join(folder, name);
    if (MODEL_FILE.test(name) || (await isModelFolder(kind, path))) found.push([`models/${name}`, path]);
  }
  return found;
}

async function isModelFolder(kind: ModelFileKind, folder: string): Promise<boolean> {
  const text = await readTextIfAny(join(folder, 'config.json'));
  return CONFIGS[kind]?.test(text) ?? false;
}
