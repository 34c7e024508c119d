import { type Reason, withReason } from '@unclip-studio/graph-core';
import { HubError } from './hub-error.js';
import type { HubFile } from './list-files.js';

/** Options of a pull, in addition to the repository. */
export interface FileChoice {
  /** Of two precisions of one weight file. */
  readonly variant: 'full' | 'fp16';
  /** A checkpoint in one file, where a repository has them. */
  readonly file?: string;
}

// The parts of diffusers' pipelines that are read here; others, such as a safety checker, never are.
const PARTS = [
  'feature_extractor',
  'image_encoder',
  'image_normalizer',
  'image_noising_scheduler',
  // Of the x4 upscaler, which does not open without it.
  'low_res_scheduler',
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
 * The files that are needed: texts and one precision of the weights. Pickles are taken where there is nothing else.
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
  const inParts = files.filter(({ path }) => isInPart(path));
  return [
    ...inParts.filter(({ path }) => isText(path)),
    // Some repositories have safetensors of some parts only.
    ...PARTS.flatMap((part) =>
      chooseWeights(
        inParts.filter(({ path }) => path.startsWith(`${part}/`)),
        variant,
      ),
    ),
  ];
}

const SAFETENSORS = /\.safetensors$/;
/** Of these only the tensors are read, and nothing in them is run. */
const PICKLE = /\.(?:bin|ckpt|pt|pth)$/;
const isWeightIndex = (path: string): boolean => /\.(?:safetensors|bin)\.index\.[\w.]*json$/.test(path);
const isText = (path: string): boolean => /\.(json|txt)$/.test(path) && !isWeightIndex(path);
const isInPart = (path: string): boolean =>
  path === 'model_index.json' || PARTS.some((part) => path.startsWith(`${part}/`));

const isHalf = (path: string): boolean => /\.fp16[.-]/.test(path);
/** `full`: no variant in the name at all; others, such as `non_ema` or `bf16`, are left out. */
const isFull = (path: string): boolean =>
  /^[^.]+(-\d+-of-\d+)?\.(?:safetensors|bin|ckpt|pt|pth)(\.index\.json)?$/.test(fileName(path));

/** Of the weights of one network, one precision in one form; pickles only where nothing else is. */
function chooseWeights(files: readonly HubFile[], variant: FileChoice['variant']): readonly HubFile[] {
  const safe = files.filter(({ path }) => SAFETENSORS.test(path) || path.includes('.safetensors.index.'));
  const weights = safe.length > 0 ? safe : files.filter(({ path }) => PICKLE.test(path) || isWeightIndex(path));
  return weights.filter(({ path }) => isWanted(path, weights, variant));
}

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
  readonly because: Reason;

  constructor(repo: string, what: string, files: readonly string[]) {
    super(`${repo} has several ${what} in one file each. Choose one with --file: ${files.join(', ')}.`);
    this.files = files;
    this.because = { code: 'download-refused', why: 'several-files', name: files.join(', ') };
  }
}

// Next to the weights of one network saved by diffusers or transformers.
const OWN_CONFIGS: ReadonlySet<string> = new Set(['config.json', 'preprocessor_config.json']);

/**
 * The files of a model that comes by itself: one file, or a config with its weights. Pickles are taken where there is
 * nothing else.
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
  const weights = chooseWeights(atRoot, variant);
  if (atRoot.some(({ path }) => path === 'config.json') && weights.length > 0) {
    return [...atRoot.filter(({ path }) => OWN_CONFIGS.has(path)), ...weights];
  }
  const inOneFile = weightFilesOf(files);
  const [only, ...others] = inOneFile.filter((path) => !path.includes('/'));
  if (only !== undefined && others.length === 0) return [requireFile(repo, files, only)];
  if (inOneFile.length > 0) throw new SeveralFilesError(repo, 'models', inOneFile);
  throw withReason(new HubError(`${repo} holds no weights (${WEIGHT_ENDINGS}), so there is no model to download.`), {
    code: 'hub',
    fault: 'no-model',
    at: repo,
  });
}

const WEIGHT_ENDINGS = '.safetensors, .ckpt, .pt, .pth or .bin';

/** Paths of whole files of weights; pickles only where nothing else is. */
function weightFilesOf(files: readonly HubFile[]): readonly string[] {
  const paths = files.map(({ path }) => path);
  const safe = paths.filter((path) => SAFETENSORS.test(path));
  return safe.length > 0 ? safe : paths.filter((path) => PICKLE.test(path));
}

function requireFile(repo: string, files: readonly HubFile[], name: string): HubFile {
  if (!SAFETENSORS.test(name) && !PICKLE.test(name)) {
    throw withReason(new HubError(`--file ${name}: expected a file of weights (${WEIGHT_ENDINGS}).`), {
      code: 'hub',
      fault: 'no-such-file',
      at: name,
    });
  }
  const found = files.find(({ path }) => path === name);
  if (found !== undefined) return found;
  const there = files.map(({ path }) => path).filter((path) => SAFETENSORS.test(path) || PICKLE.test(path));
  throw withReason(
    new HubError(`${repo} has no file "${name}"; its files of weights are: ${there.join(', ') || 'none'}.`),
    { code: 'hub', fault: 'no-such-file', at: name },
  );
}

function chooseSingleFile(repo: string, files: readonly HubFile[]): readonly HubFile[] {
  const [only, ...others] = weightFilesOf(files.filter(({ path }) => !path.includes('/')));
  if (only === undefined) {
    throw withReason(
      new HubError(`${repo} contains no model_index.json and no weights in one file, so it is not a checkpoint.`),
      { code: 'hub', fault: 'no-model', at: repo },
    );
  }
  if (others.length > 0) throw new SeveralFilesError(repo, 'checkpoints', [only, ...others]);
  return [requireFile(repo, files, only)];
}
