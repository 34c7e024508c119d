import { withReason } from '@unclip-studio/graph-core';
import type { JsonObject } from '../../json-object.js';
import { vocabFromMerges } from '../../tokenizer/vocab-from-merges.js';
import { CheckpointError, fileProblems } from '../checkpoint-error.js';
import { type CheckpointFolder, readTextFile } from '../checkpoint-folder.js';
import type { CheckpointLayout } from '../checkpoint-layout.js';
import { WEIGHT_FILE_ENDING } from '../mistaken-content.js';
import {
  openTensorFile,
  type StoredTensor,
  type TensorFile,
  type TensorSet,
  tensorReader,
  tensorsOf,
} from '../stored-tensor.js';
import { openWeightFiles } from '../weight-files.js';
import { otherKindIn } from '../weight-kind.js';
import {
  preprocessorConfig,
  STABLE_DIFFUSION_1_FILES,
  STABLE_DIFFUSION_2_FILES,
  UNCLIP_FILES,
} from './default-files.js';
import { deriveHfTextConfig, HF_TOKENS, hfTextPrefix } from './hf-text.js';
import { deriveUnetConfig, LDM_UNET_PREFIX, renameLdmUnet } from './ldm-unet.js';
import { deriveVaeConfig, LDM_VAE_PREFIX, renameLdmVae } from './ldm-vae.js';
import {
  deriveTextConfig,
  deriveVisionConfig,
  OPEN_CLIP_TEXT_PREFIX,
  OPEN_CLIP_VISION_PREFIX,
  renameOpenClipText,
  renameOpenClipVision,
} from './open-clip.js';
import { Shapes } from './shapes.js';
import { type UnclipVariant, unclipVariantOf } from './unclip-variant.js';

export interface SingleFileOptions {
  /** merges.txt of CLIP's tokenizer, which no checkpoint in one file carries. */
  clipMerges(): Promise<string>;
}

/**
 * A checkpoint in one file with LDM names, such as `sd21-unclip-h.safetensors` or `v1-5-pruned-emaonly.safetensors`.
 *
 * What the file cannot contain (configs, schedulers, tokenizer, often statistics) comes from a folder of the same name
 * next to it, if it contains them, and otherwise from the published models.
 *
 * @param folder that contains the file
 * @throws CheckpointError
 */
export async function openSingleFileLayout(
  folder: CheckpointFolder,
  path: string,
  options: SingleFileOptions,
): Promise<CheckpointLayout> {
  const file = await openTensorFile(folder, path);
  const companion = await findCompanion(folder, path);
  const parts = new SingleFileParts(file);
  const derived = (wanted: string) => parts.deriveText(wanted, { companion, options });
  const inCompanion = async (wanted: string) => companion !== null && folder.exists(`${companion}/${wanted}`);
  return {
    family: async () => (parts.kind === 'unclip' ? 'unclip' : 'plain'),
    async has(wanted) {
      return (await inCompanion(wanted)) || parts.defaultFile(wanted) !== undefined;
    },
    async readText(wanted) {
      return (await inCompanion(wanted)) ? readTextFile(folder, `${companion}/${wanted}`) : derived(wanted);
    },
    openTensors: async ({ folder: component }) => parts.tensorSet(component),
    async openStatistics() {
      const own = parts.statistics();
      if (own !== null || !(await inCompanion('image_normalizer'))) return own;
      const files = { folder: `${companion}/image_normalizer`, stem: 'diffusion_pytorch_model' } as const;
      return openWeightFiles(folder, files, 'full');
    },
    ...tensorReader(folder),
  };
}

async function findCompanion(folder: CheckpointFolder, path: string): Promise<string | null> {
  for (const candidate of companionNames(path)) {
    for (const part of ['unet', 'scheduler']) if (await folder.exists(`${candidate}/${part}`)) return candidate;
  }
  return null;
}

/**
 * The folders that may complete a checkpoint in one file, of which the first existing one counts: `sd21-unclip-h` for
 * sd21-unclip-h.safetensors; for a name with more dots also the part before the first.
 */
export function companionNames(fileName: string): readonly string[] {
  const stem = fileName.replace(WEIGHT_FILE_ENDING, '');
  const short = stem.replace(/\..*$/, '');
  return short === '' || short === stem ? [stem] : [stem, short];
}

/** Which of the published families a file belongs to; heads, schedulers and tokens follow from it. */
type Kind = 'unclip' | 'stable-diffusion-1' | 'stable-diffusion-2';

const DEFAULT_FILES: Readonly<Record<Kind, Readonly<Record<string, JsonObject>>>> = {
  unclip: UNCLIP_FILES,
  'stable-diffusion-1': STABLE_DIFFUSION_1_FILES,
  'stable-diffusion-2': STABLE_DIFFUSION_2_FILES,
};

const STATISTICS_PREFIX = 'noise_augmentor.data_';
const CROSS_ATTENTION = 'middle_block.1.transformer_blocks.0.attn2.to_k.weight';

class SingleFileParts {
  readonly kind: Kind;
  readonly #file: TensorFile;
  readonly #hfTextPrefix: string | undefined;

  constructor(file: TensorFile) {
    this.#file = file;
    const holds = (prefix: string) => [...file.header.tensors.keys()].some((name) => name.startsWith(prefix));
    const other = holds(LDM_UNET_PREFIX) ? undefined : otherKindIn(file, 'checkpoint');
    if (other !== undefined) {
      const cure =
        'Choose a whole checkpoint. Files of other kinds belong in their own folders, such as loras, vae and controlnet';
      throw fileProblems(file.path, [`expected a whole checkpoint, got ${other}`], { fault: 'wrong-kind', cure });
    }
    const isUnclip = holds(OPEN_CLIP_VISION_PREFIX) || holds(`${LDM_UNET_PREFIX}label_emb.`);
    this.#hfTextPrefix = hfTextPrefix(file.header.tensors.keys());
    this.kind = isUnclip ? 'unclip' : this.#hfTextPrefix !== undefined ? 'stable-diffusion-1' : 'stable-diffusion-2';
  }

  defaultFile(path: string): JsonObject | undefined {
    const files = DEFAULT_FILES[this.kind];
    return Object.hasOwn(files, path) ? files[path] : undefined;
  }

  /** @param component the name of a folder of diffusers' */
  tensorSet(component: string): TensorSet {
    const tensors = this.#under(this.#prefix(component));
    const shapes = this.#shapes(component);
    switch (component) {
      case 'unet':
        return this.#set(renameLdmUnet(tensors, shapes));
      case 'vae':
        return this.#set(renameLdmVae(tensors, shapes));
      case 'text_encoder':
        return this.#set(this.kind === 'stable-diffusion-1' ? tensors : renameOpenClipText(tensors, shapes));
      case 'image_encoder':
        return this.#set(renameOpenClipVision(tensors));
      default:
        throw withReason(new CheckpointError(`${this.#file.path}: a checkpoint in one file has no "${component}"`), {
          code: 'model-parts-missing',
          parts: [component],
        });
    }
  }

  /** Most files have none: the reference code does not save them. */
  statistics(): TensorSet | null {
    const tensors = this.#under(STATISTICS_PREFIX);
    return tensors.length === 0 ? null : this.#set(tensors);
  }

  /** @throws CheckpointError if the published models have no such text, or this is not one of them */
  async deriveText(
    path: string,
    { companion, options }: { readonly companion: string | null; readonly options: SingleFileOptions },
  ): Promise<string> {
    const found = this.defaultFile(path) ?? this.#deriveConfig(path);
    if (found !== undefined) return JSON.stringify(found);
    if (path === 'scheduler/scheduler_config.json') {
      this.#requireKnown(path);
      throw this.#unknownScheduler();
    }
    if (path !== 'tokenizer/merges.txt' && path !== 'tokenizer/vocab.json') {
      throw fileProblems(`${companion ?? this.#file.path}/${path}`, ['expected this file, got none'], {
        fault: 'missing',
        cure: 'Put it there',
      });
    }
    const merges = await options.clipMerges();
    if (path === 'tokenizer/merges.txt') return merges;
    const vocab = vocabFromMerges(merges);
    this.#requireVocabulary(Object.keys(vocab).length);
    return JSON.stringify(vocab);
  }

  #deriveConfig(path: string): JsonObject | undefined {
    switch (path) {
      case 'unet/config.json':
        this.#requireKnown(path);
        return deriveUnetConfig(this.#shapes('unet'), this.kind === 'stable-diffusion-1' ? 1 : 2);
      case 'vae/config.json':
        this.#requireKnown(path);
        return deriveVaeConfig(this.#shapes('vae'));
      case 'text_encoder/config.json':
        this.#requireKnown(path);
        return this.kind === 'stable-diffusion-1'
          ? deriveHfTextConfig(this.#shapes('text_encoder'))
          : deriveTextConfig(this.#shapes('text_encoder'));
      case 'image_encoder/config.json':
        return deriveVisionConfig(this.#shapes('image_encoder'), this.#variant(path).vision);
      case 'feature_extractor/preprocessor_config.json': {
        const shapes = this.#shapes('image_encoder');
        const { image_size: imageSize } = deriveVisionConfig(shapes, { num_attention_heads: 1, hidden_act: '' });
        return preprocessorConfig(Number(imageSize));
      }
      default:
        return undefined;
    }
  }

  /** @throws CheckpointError if this is none of the published models, whose other numbers are known */
  #requireKnown(path: string): void {
    if (this.kind === 'unclip') {
      this.#variant(path);
      return;
    }
    const width = this.#shapes('unet').dim(CROSS_ATTENTION, 1);
    const expected = this.kind === 'stable-diffusion-1' ? 768 : 1024;
    if (width === expected) return;
    throw this.#unknownModel(path, `"${LDM_UNET_PREFIX}${CROSS_ATTENTION}" has ${width} columns, and not ${expected}`);
  }

  /** @throws CheckpointError if this is neither of the two published unCLIP models */
  #variant(path: string): UnclipVariant {
    const columns = this.#shapes('unet').dim('label_emb.0.0.weight', 1);
    const variant = unclipVariantOf(columns);
    if (variant !== null) return variant;
    const problem = `"${LDM_UNET_PREFIX}label_emb.0.0.weight" has ${columns} columns, which neither ViT-H (2048) nor ViT-L (1536) has`;
    throw this.#unknownModel(path, problem);
  }

  #unknownModel(path: string, problem: string): CheckpointError {
    return fileProblems(this.#file.path, [problem], {
      fault: 'config-needed',
      cure:
        `Numbers of heads and groups are not in the weights: put ${path} of the model into the folder ` +
        `"${this.#folderBeside()}" next to it`,
    });
  }

  /** A wrong guess would draw noise and say nothing. */
  #unknownScheduler(): CheckpointError {
    return fileProblems(
      this.#file.path,
      ['whether it predicts noise (512 px models) or v (768 px models) is not in the weights'],
      {
        fault: 'config-needed',
        cure:
          `Put scheduler/scheduler_config.json of the model into the folder "${this.#folderBeside()}" next to it, with ` +
          '"prediction_type": "epsilon" or "v_prediction"',
      },
    );
  }

  #folderBeside(): string {
    return this.#file.path.replace(WEIGHT_FILE_ENDING, '');
  }

  #requireVocabulary(size: number): void {
    const name = this.kind === 'stable-diffusion-1' ? HF_TOKENS : 'token_embedding.weight';
    const rows = this.#shapes('text_encoder').dim(name, 0);
    if (rows === size) return;
    throw fileProblems(
      this.#file.path,
      [`"${this.#prefix('text_encoder')}${name}" has ${rows} rows, and CLIP's tokenizer ${size} tokens`],
      {
        fault: 'config-needed',
        cure: `Put the model's tokenizer into the folder "${this.#folderBeside()}" next to it`,
      },
    );
  }

  #shapes(component: string): Shapes {
    return new Shapes(this.#file.path, this.#prefix(component), this.#file.header.tensors);
  }

  #prefix(component: string): string {
    switch (component) {
      case 'unet':
        return LDM_UNET_PREFIX;
      case 'vae':
        return LDM_VAE_PREFIX;
      case 'text_encoder':
        return this.kind === 'stable-diffusion-1' ? (this.#hfTextPrefix ?? '') : OPEN_CLIP_TEXT_PREFIX;
      case 'image_encoder':
        return OPEN_CLIP_VISION_PREFIX;
      default:
        return '';
    }
  }

  #under(prefix: string): readonly StoredTensor[] {
    return tensorsOf(this.#file)
      .filter(({ name }) => name.startsWith(prefix))
      .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  }

  #set(tensors: readonly StoredTensor[]): TensorSet {
    return { label: this.#file.path, tensors, files: [this.#file] };
  }
}
