import type { FilesInText, Reason, UnreadText } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import type { TextEmbedding } from '../checkpoints/model-files/embedding.js';
import type { TextModel } from '../models/model.js';
import { tensor } from '../tensor/tensor.js';
import type { PromptPiece } from '../tokenizer/clip-tokenizer.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import { familyOfTextEncoder } from '../weights/lora/model-family.js';

/** `embedding:NAME`, as ComfyUI writes it, and `<NAME>`, as diffusers does. What holds a colon, like `<lora:x:1>`, is neither. */
export const PROMPT_EMBEDDINGS: FilesInText = {
  model: 'embedding',
  pattern: String.raw`(?<!\w)embedding:([^\s,()\[\]{}|<>:]+)|<([A-Za-z][\w.-]*)>`,
  optionalWhere: { param: 'numerics', is: 'comfyui' },
};

/**
 * What people write into prompts of other programs, and is nothing here.
 *
 * @see AUTOMATIC1111/stable-diffusion-webui 82a973c, modules/extra_networks.py
 */
export const UNREAD_IN_PROMPTS: readonly UnreadText[] = [
  {
    pattern: String.raw`<(?:lora|lyco):([^:<>]+):(-?\d*\.?\d+)[^<>]*>`,
    advice:
      'is read as plain text, since prompts do not apply LoRAs. Add Apply LoRA with the LoRA "$1" and the strength $2.',
  },
  {
    pattern: String.raw`<(?:lora|lyco):([^:<>]+)(?::(?![-.\d])[^<>]*)?>`,
    advice: 'is read as plain text, since prompts do not apply LoRAs. Add Apply LoRA with the LoRA "$1".',
  },
  {
    pattern: '<hypernet:[^<>]+>',
    advice: 'is read as plain text. Hypernetworks are not supported; remove it.',
  },
  {
    pattern: String.raw`(?<!\w)embedding:(?=[\s,()\[\]{}|<>:]|$)`,
    advice: 'names no textual inversion. Write the name of one in models/embeddings after the colon, or remove it.',
  },
];

/** Words that are replaced by vectors: the text in the prompt -> the ids of its vectors. */
export type EmbeddingIds = ReadonlyMap<string, readonly number[]>;

/**
 * Cuts words that are replaced by vectors out of a text. They are found anywhere, also inside a word,
 * case-insensitively, the longest first.
 *
 * @see diffusers 0.42.1, loaders/textual_inversion.py, maybe_convert_prompt
 */
export function cutEmbeddings(text: string, embeddings: EmbeddingIds): PromptPiece {
  const written = [...embeddings.keys()].sort((a, b) => b.length - a.length);
  if (written.length === 0) return text;
  const byLowerCase = new Map(written.map((word) => [word.toLowerCase(), embeddings.get(word) ?? []]));
  const escaped = written.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  // The captured words are at the odd positions.
  const parts = text.split(new RegExp(`(${escaped.join('|')})`, 'iu'));
  return parts.map((part, i) => (i % 2 === 0 ? part : (byLowerCase.get(part.toLowerCase()) ?? part)));
}

/** In the place of a vector that the text encoder cannot take. */
const LEFT_OUT = -1;

interface PromptEmbeddingsOptions {
  /** Vectors of another width are left out, as ComfyUI does; they are refused when left out. */
  readonly ignoresOtherWidths?: boolean;
}

function familyWords(width: number): string {
  const family = familyOfTextEncoder(width);
  return family === undefined ? '' : ` (${family})`;
}

/** An embedding that prompts name and that is left out of them. */
export interface LeftOutEmbedding {
  readonly why: string;
  readonly because: Reason;
}

/** The embeddings that prompts name, with ids above those of the vocabulary. */
export class PromptEmbeddings {
  readonly ids: EmbeddingIds;
  readonly leftOut: readonly LeftOutEmbedding[];
  readonly #vocabSize: number;
  readonly #vectors: readonly Float32Array[];

  /**
   * @param named the text in the prompts, and the vectors that replace it
   * @throws CheckpointError for vectors of another text encoder, unless they are ignored
   */
  constructor(
    { name, config }: TextModel,
    named: ReadonlyMap<string, TextEmbedding>,
    { ignoresOtherWidths = false }: PromptEmbeddingsOptions = {},
  ) {
    this.#vocabSize = config.vocabSize;
    const ids = new Map<string, readonly number[]>();
    const leftOut = new Map<string, LeftOutEmbedding>();
    const vectors: Float32Array[] = [];
    for (const [written, embedding] of named) {
      const [n = 0, width = 0] = embedding.vectors.dims;
      if (width !== config.hiddenSize) {
        const why =
          `Embedding "${embedding.name}": its vectors have ${width} values${familyWords(width)}, and the text encoder of "${name}" takes ` +
          `${config.hiddenSize}${familyWords(config.hiddenSize)}.`;
        if (!ignoresOtherWidths)
          throw withReason(new CheckpointError(`${why} Choose one that was made for this model.`), {
            code: 'made-for-other-model',
            kind: 'embedding',
            name: embedding.name,
            model: name,
          });
        const because = { code: 'embedding-left-out', name: embedding.name, model: name } as const;
        leftOut.set(embedding.name, { why, because });
        ids.set(written, Array<number>(n).fill(LEFT_OUT));
        continue;
      }
      ids.set(
        written,
        Array.from({ length: n }, (_, i) => config.vocabSize + vectors.length + i),
      );
      for (let i = 0; i < n; i++) vectors.push(embedding.vectors.data.subarray(i * width, (i + 1) * width));
    }
    this.ids = ids;
    this.leftOut = [...leftOut.values()];
    this.#vectors = vectors;
  }

  /**
   * A row of tokens without those that are left out, padded at the end. Weights keep their positions, so that they
   * apply to the following tokens.
   *
   * @see ComfyUI 0.3.64, comfy/sd1_clip.py, SDClipModel.process_tokens
   */
  leaveOut(ids: readonly number[], padId: number): readonly number[] {
    const left = ids.filter((id) => id !== LEFT_OUT);
    return [...left, ...Array<number>(ids.length - left.length).fill(padId)];
  }

  /**
   * The inputs of a text encoder that takes vectors in the place of words.
   *
   * @param dims [n, t]
   * @param width of a vector
   */
  feeds(ids: readonly number[], dims: readonly number[], width: number) {
    const taken = new Float32Array(ids.length).fill(1);
    const vectors = new Float32Array(ids.length * width);
    const known = ids.map((id, i) => {
      if (id < this.#vocabSize) return id;
      taken[i] = 0;
      vectors.set(this.#vectors[id - this.#vocabSize] ?? [], i * width);
      return 0;
    });
    const input_ids = { dtype: 'int64', dims, data: BigInt64Array.from(known, BigInt) } as const;
    if (this.#vectors.length === 0) return { input_ids };
    return { input_ids, token_weights: tensor([...dims, 1], taken), token_vectors: tensor([...dims, width], vectors) };
  }

  /** Whether the text encoder has to take vectors. */
  get isEmpty(): boolean {
    return this.#vectors.length === 0;
  }
}
