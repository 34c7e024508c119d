import { HubError } from './hub-error.js';
import type { HubFile } from './list-files.js';

/** What a pull is asked for, beside the repository. */
export interface FileChoice {
  /** Of two precisions of one weight file. */
  readonly variant: 'full' | 'fp16';
  /** A checkpoint in one file, where a repository has them. */
  readonly file?: string;
}

// The parts of StableUnCLIPImg2ImgPipeline and of the Karlo prior; others, such as a safety checker, are never read.
const PARTS = [
  'feature_extractor',
  'image_encoder',
  'image_normalizer',
  'image_noising_scheduler',
  'prior',
  'prior_scheduler',
  'prior_text_encoder',
  'scheduler',
  'text_encoder',
  'tokenizer',
  'unet',
  'vae',
];

/**
 * The files that are needed: texts and one precision of the weights. Pickles are never among them.
 *
 * @throws HubError saying what the repository has instead
 */
export function chooseFiles(
  repo: string,
  files: readonly HubFile[],
  { variant, file }: FileChoice,
): readonly HubFile[] {
  if (file !== undefined) return [requireFile(repo, files, file)];
  if (!files.some(({ path }) => path === 'model_index.json')) return chooseSingleFile(repo, files);
  const inParts = files.filter(({ path }) => isText(path) || isWeights(path)).filter(({ path }) => isInPart(path));
  const weights = inParts.filter(({ path }) => isWeights(path));
  const hasPickles = files.some(({ path }) => isInPart(path) && /\.(bin|ckpt|pt)$/.test(path));
  if (weights.length === 0 && hasPickles) throw onlyPickles(repo);
  return inParts.filter(({ path }) => !isWeights(path) || isWanted(path, weights, variant));
}

const isWeights = (path: string): boolean => path.endsWith('.safetensors') || path.includes('.safetensors.index.');
const isText = (path: string): boolean => /\.(json|txt)$/.test(path) && !path.includes('.safetensors.index.');
const PICKLE = /\.(bin|ckpt|pt|pth)$/;
const isInPart = (path: string): boolean =>
  path === 'model_index.json' || PARTS.some((part) => path.startsWith(`${part}/`));

const isHalf = (path: string): boolean => /\.fp16[.-]/.test(path);
/** `full`: no variant in the name at all; others, such as `non_ema` or `bf16`, are left out. */
const isFull = (path: string): boolean => /^[^.]+(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/.test(fileName(path));

function isWanted(path: string, weights: readonly HubFile[], variant: FileChoice['variant']): boolean {
  const siblings = weights.filter((other) => folderOf(other.path) === folderOf(path)).map((other) => other.path);
  const [wanted, other] = variant === 'fp16' ? [isHalf, isFull] : [isFull, isHalf];
  if (siblings.some(wanted)) return wanted(path);
  return siblings.some(other) ? other(path) : true;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A repository has several models in one file each, of which one must be chosen. */
export class SeveralFilesError extends HubError {
  override readonly name = 'SeveralFilesError';
  readonly files: readonly string[];

  constructor(repo: string, what: string, files: readonly string[]) {
    super(`${repo} has several ${what} in one file each. Choose one with --file: ${files.join(', ')}.`);
    this.files = files;
  }
}

// Beside the weights of one network that diffusers or transformers saved.
const OWN_CONFIGS: ReadonlySet<string> = new Set(['config.json', 'preprocessor_config.json']);

/**
 * The files of a model that comes by itself: one file, or a config with its weights. Pickles are never among them.
 *
 * @throws SeveralFilesError, HubError saying what the repository has instead
 */
export function chooseModelFiles(
  repo: string,
  files: readonly HubFile[],
  { variant, file }: FileChoice,
): readonly HubFile[] {
  if (file !== undefined) return [requireFile(repo, files, file)];
  const atRoot = files.filter(({ path }) => !path.includes('/'));
  const weights = atRoot.filter(({ path }) => isWeights(path));
  if (atRoot.some(({ path }) => path === 'config.json') && weights.length > 0) {
    const wanted = weights.filter(({ path }) => isWanted(path, weights, variant));
    return [...atRoot.filter(({ path }) => OWN_CONFIGS.has(path)), ...wanted];
  }
  const [only, ...others] = weights.filter(({ path }) => path.endsWith('.safetensors'));
  if (only !== undefined && others.length === 0) return [only];
  const all = files.filter(({ path }) => path.endsWith('.safetensors')).map(({ path }) => path);
  if (all.length > 0) throw new SeveralFilesError(repo, 'models', all);
  if (files.some(({ path }) => PICKLE.test(path))) throw onlyPickles(repo);
  throw new HubError(`${repo} holds no .safetensors file, so there is no model to download.`);
}

function requireFile(repo: string, files: readonly HubFile[], name: string): HubFile {
  if (!name.endsWith('.safetensors')) throw new HubError(`--file ${name}: expected a .safetensors file. ${NO_PICKLES}`);
  const found = files.find(({ path }) => path === name);
  if (found !== undefined) return found;
  const there = files.filter(({ path }) => path.endsWith('.safetensors')).map(({ path }) => path);
  throw new HubError(`${repo} has no file "${name}"; its .safetensors files are: ${there.join(', ') || 'none'}.`);
}

function chooseSingleFile(repo: string, files: readonly HubFile[]): readonly HubFile[] {
  const candidates = files.filter(({ path }) => path.endsWith('.safetensors') && !path.includes('/'));
  if (candidates.length === 1) return candidates;
  if (candidates.length > 1) {
    const names = candidates.map(({ path }) => path);
    throw new SeveralFilesError(repo, 'checkpoints', names);
  }
  if (files.some(({ path }) => /\.(bin|ckpt|pt)$/.test(path))) throw onlyPickles(repo);
  throw new HubError(`${repo} holds no model_index.json and no .safetensors file, so it is no checkpoint for unCLIP.`);
}

const NO_PICKLES = 'Pickle files (.ckpt, .bin) are never loaded, because loading one can run any code on this machine.';

function onlyPickles(repo: string): HubError {
  return new HubError(
    `${repo} has its weights as pickles only. ${NO_PICKLES} ` +
      'Look for another revision or repository with .safetensors weights (--revision NAME), or convert them elsewhere.',
  );
}
