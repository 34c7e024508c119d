import { filesInText, type Seed } from '@unclip-studio/graph-core';
import type { TextEmbedding } from '../checkpoints/model-files/embedding.js';
import { defineNode } from '../define-node.js';
import { MAX_PROMPT_TOKENS } from '../limits.js';
import { runOrLeaveDevice } from '../models/inference.js';
import type { TextModel, TextModelOptions } from '../models/model.js';
import { type Conditioning, type PromptPart, type PromptSide, sideOf } from '../port-types/conditioning.js';
import { cutComfyUiEmbeddings } from '../sampling/comfyui/prompt-embeddings.js';
import { readComfyUiWeights } from '../sampling/comfyui/prompt-weights.js';
import { commonLength, joinTokens, matchLengths } from '../sampling/join-tokens.js';
import { ChoiceDrawer, readWildcardLists } from '../sampling/prompt-choices.js';
import {
  cutEmbeddings,
  type EmbeddingIds,
  type LeftOutEmbedding,
  PROMPT_EMBEDDINGS,
  PromptEmbeddings,
  UNREAD_IN_PROMPTS,
} from '../sampling/prompt-embeddings.js';
import { readPromptSchedule, type ScheduledText } from '../sampling/prompt-schedule.js';
import { parsePromptWeights, type WeightedText, weightTextStates } from '../sampling/prompt-weights.js';
import type { CheckpointService } from '../services.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import type { PaddedPieces, PromptPiece } from '../tokenizer/clip-tokenizer.js';
import { UnknownModelError } from '../weights/checkpoint-error.js';
import { NUMERICS_PARAM } from './shared-params.js';

export const textEncode = defineNode({
  type: 'TextEncode',
  version: 1,
  title: 'Text Encode',
  description: 'Encodes a prompt and a negative prompt with CLIP.',
  keywords: [
    'prompt',
    'negative prompt',
    'negative',
    'positive',
    'clip text encode',
    'clip skip',
    'wildcards',
    'dynamic prompts',
    'prompt editing',
    'text encoder',
    'conditioning',
  ],
  category: 'conditioning',
  inputs: { text: { type: 'text-model', help: 'The text encoder of the checkpoint that generates the image.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The encoded prompt and negative prompt.' } },
  params: {
    prompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      files: PROMPT_EMBEDDINGS,
      unread: UNREAD_IN_PROMPTS,
      help: 'What the image should show. Words past the model’s length (77 tokens) are ignored. embedding:NAME or <NAME> is a textual inversion in models/embeddings.',
    },
    negativePrompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      files: PROMPT_EMBEDDINGS,
      unread: UNREAD_IN_PROMPTS,
      label: 'negative prompt',
      help: 'What the image should not show. Only used if the guidance scale is above 1.',
    },
    weighting: {
      kind: 'choice',
      default: 'off',
      options: ['off', 'parentheses'],
      help: 'parentheses: (words:1.3) weights words, (words) is 1.1, as in ComfyUI. off: parentheses are plain characters, as in diffusers.',
    },
    longPrompts: {
      kind: 'choice',
      default: 'cut',
      options: ['cut', 'in parts'],
      label: 'long prompts',
      help: 'What happens to words past the model’s length. cut: they are ignored, as in diffusers. in parts: the prompt is encoded in chunks, as in ComfyUI.',
    },
    schedule: {
      kind: 'choice',
      default: 'off',
      options: ['off', 'brackets'],
      added: true,
      help: 'Prompt editing. brackets: [cat:dog:0.4] changes from cat to dog after that fraction of the steps, or after a whole number of steps; [dog:0.4] adds, [cat::0.4] removes, and [cat|dog] alternates, as in AUTOMATIC1111’s web UI. off: brackets are plain characters.',
    },
    choices: {
      kind: 'choice',
      default: 'off',
      options: ['off', 'braces'],
      added: true,
      help: 'Dynamic prompts. braces: picks one of {cat|dog} or of the wildcard list __animal__ at random, by the choice seed; the image’s receipt records the choice. off: braces are plain characters.',
    },
    wildcards: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      added: true,
      unread: UNREAD_IN_PROMPTS,
      help: 'Wildcard lists, one per line, such as “animal: cat | dog | red fox”, used in the prompt as __animal__.',
    },
    choiceSeed: {
      kind: 'seed',
      default: 0,
      label: 'choice seed',
      added: true,
      help: 'The seed for the choices in braces and the wildcards; the same seed makes the same choices.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: weights in parentheses, long prompts in parts and a text encoder rounded to half precision, all as in ComfyUI; weighting and long prompts have no effect then.',
    },
    lastLayer: {
      kind: 'integer',
      default: 0,
      min: -24,
      max: 0,
      label: 'last layer',
      added: true,
      help: 'CLIP skip: the layer of the text encoder that is used, counted from its end, as in ComfyUI’s CLIPSetLastLayer; only with numerics “comfyui”. 0: the layer the model was trained with.',
    },
  },
  models: ({ inputs: { text }, params }) => ({
    // Prompt and negative prompt.
    uses: [{ model: text.request({ halfWeights: params.numerics === 'comfyui' }), times: 1, rows: 2 }],
    extent: { rows: 1, tokens: text.config.maxPositionEmbeddings },
  }),
  settle: settleChoices,
  async evaluate({ inputs, params: given }, { services }) {
    const params = settleChoices(given);
    const { text } = inputs;
    if (params.numerics === 'diffusers' && params.lastLayer !== 0) {
      throw new Error(
        'TextEncode: lastLayer would have no effect with numerics “diffusers”. Set it to 0, or numerics to “comfyui”.',
      );
    }
    const isLenient = params.numerics === 'comfyui';
    const { opened, unknown } = await openEmbeddings([params.prompt, params.negativePrompt], {
      checkpoints: services.checkpoints,
      ignoresUnknown: isLenient,
    });
    const embeddings = new PromptEmbeddings(text, opened, { ignoresOtherWidths: isLenient });
    for (const { why, because } of [...unknown, ...embeddings.leftOut]) {
      services.inference.notice?.(`${why} It is left out of the prompt, as in ComfyUI.`, because);
    }
    const reading = isLenient ? readLikeComfyUi(text, params) : readLikeDiffusers(text, params);
    const { read, cut, encode, options, padId } = reading;
    const sides = [params.prompt, params.negativePrompt].map((prompt): readonly ScheduledText[] =>
      params.schedule === 'off' ? [{ text: prompt, periods: null }] : readPromptSchedule(prompt),
    );
    const prompts = sides.flat().map((one) => read(one.text));
    const isWeighted = prompts.some((pieces) => pieces.some(({ weight }) => weight !== 1));
    const parts = prompts.map((pieces) => encode(pieces.map((piece) => cut(piece.text, embeddings.ids))));
    const positiveCount = sides[0]?.length ?? 0;
    const longest = (of: typeof parts) => Math.max(...of.map(({ length }) => length));
    checkLength(longest(parts.slice(0, positiveCount)), longest(parts.slice(positiveCount)), text.tokenizer.maxLength);
    // Weights lead away from or towards the empty prompt, which is then encoded along.
    const rows = [...parts.flat(), ...(isWeighted ? encode([]) : [])];
    const ids = rows.flatMap((row) => embeddings.leaveOut(row.ids, padId));
    const length = ids.length / rows.length;
    const model = text.request(embeddings.isEmpty ? options : { ...options, takesVectors: true });
    const feeds = embeddings.feeds(ids, [rows.length, length], text.config.hiddenSize);
    const { last_hidden_state: states } = await runOrLeaveDevice(services.inference, model, feeds);
    if (states === undefined) throw new Error('Internal error: the text encoder has no output last_hidden_state');
    const [, tokens = 0, width = 0] = states.dims;
    const row = (i: number) =>
      tensor([1, tokens, width], states.data.slice(i * tokens * width, (i + 1) * tokens * width));
    const weighted = (i: number, pieces: readonly WeightedText[]) => {
      const weights = (rows[i]?.pieceOf ?? []).map((piece) => pieces[piece]?.weight ?? 1);
      return isWeighted ? weightTextStates(row(i), { empty: row(rows.length - 1), weights }) : row(i);
    };
    let next = 0;
    const encoded = prompts.map((pieces, i) => joinTokens((parts[i] ?? []).map(() => weighted(next++, pieces))));
    const [positive, negative] = [encoded.slice(0, positiveCount), encoded.slice(positiveCount)];
    const [towards, away] = sides as [readonly ScheduledText[], readonly ScheduledText[]];
    return { conditioning: toConditioning(scheduled(towards, positive), scheduled(away, negative)) };
  },
});

interface OpenedEmbeddings {
  /** By how it is written. */
  readonly opened: ReadonlyMap<string, TextEmbedding>;
  /** Each name without a file. */
  readonly unknown: readonly LeftOutEmbedding[];
}

/** @throws CheckpointError for a name that no file has, unless such names are ignored */
async function openEmbeddings(
  prompts: readonly string[],
  { checkpoints, ignoresUnknown }: { readonly checkpoints: CheckpointService; readonly ignoresUnknown: boolean },
): Promise<OpenedEmbeddings> {
  const opened = new Map<string, TextEmbedding>();
  const unknown = new Map<string, LeftOutEmbedding>();
  for (const text of prompts) {
    for (const name of filesInText(PROMPT_EMBEDDINGS, text)) {
      const embedding = await checkpoints.openModel('embedding', name).catch((error: unknown) => {
        if (ignoresUnknown && error instanceof UnknownModelError) return undefined;
        throw error;
      });
      if (embedding === undefined) {
        const why = `Embedding "${name}": there is no file of this name.`;
        unknown.set(name, { why, because: { code: 'embedding-left-out', name } });
      } else for (const spelling of [`embedding:${name}`, `<${name}>`]) opened.set(spelling, embedding);
    }
  }
  return { opened, unknown: [...unknown.values()] };
}

interface ChoiceParams {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly choices: 'off' | 'braces';
  readonly wildcards: string;
  readonly choiceSeed: Seed;
}

/** @throws PromptChoiceError for choices that cannot be made */
function settleChoices<Params extends ChoiceParams>(params: Params): Params {
  if (params.choices === 'off') return params;
  const drawer = new ChoiceDrawer(params.choiceSeed, readWildcardLists(params.wildcards));
  const prompt = drawer.choose(params.prompt);
  const negativePrompt = drawer.choose(params.negativePrompt);
  // As the prompts could have been written, so that equal ones are one result.
  return { ...params, prompt, negativePrompt, choices: 'off', wildcards: '', choiceSeed: 0 };
}

function scheduled(texts: readonly ScheduledText[], states: readonly Tensor[]): PromptSide {
  const parts = states.map((one, i): PromptPart => {
    const periods = texts[i]?.periods ?? null;
    return { states: one, strength: 1, area: null, mask: null, periods };
  });
  return sideOf(parts);
}

/** Two plain sides go through the UNet together, and need one length. */
function toConditioning(positive: PromptSide, negative: PromptSide): Conditioning {
  return 'dtype' in positive && 'dtype' in negative ? matchLengths(positive, negative) : { positive, negative };
}

interface Reading {
  read(prompt: string): readonly WeightedText[];
  cut(text: string, embeddings: EmbeddingIds): PromptPiece;
  /** The tokens of a text in pieces: one row or several, at least one. */
  encode(pieces: readonly PromptPiece[]): readonly PaddedPieces[];
  /** What rows are padded with. */
  readonly padId: number;
  readonly options: TextModelOptions;
}

function readLikeDiffusers(
  { tokenizer }: TextModel,
  params: { readonly weighting: 'off' | 'parentheses'; readonly longPrompts: 'cut' | 'in parts' },
): Reading {
  return {
    read: (prompt) => (params.weighting === 'off' ? [{ text: prompt, weight: 1 }] : parsePromptWeights(prompt)),
    cut: cutEmbeddings,
    encode: (pieces) =>
      params.longPrompts === 'cut' || pieces.length === 0
        ? [tokenizer.encodePieces(pieces)]
        : tokenizer.encodeInParts(pieces),
    padId: tokenizer.padId,
    options: {},
  };
}

function readLikeComfyUi(text: TextModel, params: { readonly lastLayer: number }): Reading {
  const { tokenizer, config } = text;
  // Of the second generation, whose text encoder is another one: it pads with 0 and lacks the last layer, which was not trained with.
  const isSecond = config.hiddenAct === 'gelu';
  const padId = isSecond ? 0 : tokenizer.eosId;
  return {
    read: readComfyUiWeights,
    cut: cutComfyUiEmbeddings,
    encode: (pieces) => tokenizer.encodeGroups(pieces, padId),
    padId,
    options: { halfWeights: true, clipSkip: layersLeftOut(params.lastLayer, config.numHiddenLayers, isSecond) },
  };
}

/** @see ComfyUI 0.3.64, comfy/sd1_clip.py, SDClipModel.set_clip_options */
function layersLeftOut(lastLayer: number, layers: number, lacksLast: boolean): number {
  if (lastLayer === 0) return 0;
  const all = lacksLast ? layers + 1 : layers;
  // More than there are means the last one.
  const fromEnd = -lastLayer > all ? 1 : -lastLayer;
  const skipped = fromEnd - 1 - (all - layers);
  if (skipped >= 0) return skipped;
  throw new Error(
    `TextEncode: lastLayer ${lastLayer} is a layer that this checkpoint does not hold, since it was trained without it. ` +
      'Take -2 or lower, or 0.',
  );
}

/** @throws Error for prompts that are too long to lead in parts */
function checkLength(positive: number, negative: number, partLength: number): void {
  const tokens = commonLength(positive, negative) * partLength;
  if (tokens <= MAX_PROMPT_TOKENS) return;
  throw new Error(
    `TextEncode: the prompt takes ${positive} parts of ${partLength} tokens and the negative prompt ${negative}, which makes ` +
      `${tokens} tokens where both are of one length; at most ${MAX_PROMPT_TOKENS} can lead. Shorten them, or set longPrompts to cut.`,
  );
}
