import { defineNode } from '../define-node.js';
import { commonLength, joinTokens, matchLengths } from '../sampling/join-tokens.js';
import { parsePromptWeights, type WeightedText } from '../sampling/prompt-weights.js';
import { weightTextStates } from '../sampling/weight-text-states.js';
import { type Tensor, tensor } from '../tensor/tensor.js';

export const textEncode = defineNode({
  type: 'TextEncode',
  version: 1,
  title: 'Text Encode',
  description: 'Turns a prompt into what steers the picture besides the image embedding.',
  category: 'conditioning',
  inputs: { text: { type: 'text-model', help: 'The text encoder of the checkpoint that will draw.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt, and what to stay away from.' } },
  params: {
    prompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      help: 'What the picture should show. Words past the model’s length (77 tokens) are not seen.',
    },
    negativePrompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      label: 'negative prompt',
      help: 'What the picture should not show. Has an effect while the guidance scale is above 1.',
    },
    weighting: {
      kind: 'choice',
      default: 'off',
      options: ['off', 'parentheses'],
      help: 'parentheses: (words:1.3) count more, (words) 1.1 times, as in ComfyUI. off: they are characters, as in diffusers.',
    },
    longPrompts: {
      kind: 'choice',
      default: 'cut',
      options: ['cut', 'in parts'],
      label: 'long prompts',
      help: 'What becomes of words past the model’s length. cut: they are not seen, as in diffusers. in parts: the prompt is encoded in parts that lead together, as in ComfyUI.',
    },
  },
  models: ({ inputs: { text } }) => ({
    // Prompt and negative prompt.
    uses: [{ model: text.request(), times: 1, rows: 2 }],
    extent: { rows: 1, tokens: text.config.maxPositionEmbeddings },
  }),
  async evaluate({ inputs, params }, { services }) {
    const { tokenizer, request } = inputs.text;
    const read = (prompt: string): readonly WeightedText[] =>
      params.weighting === 'off' ? [{ text: prompt, weight: 1 }] : parsePromptWeights(prompt);
    const prompts = [params.prompt, params.negativePrompt].map(read);
    const isWeighted = prompts.some((pieces) => pieces.some(({ weight }) => weight !== 1));
    const parts = prompts.map((pieces) => {
      const texts = pieces.map(({ text }) => text);
      return params.longPrompts === 'cut' ? [tokenizer.encodePieces(texts)] : tokenizer.encodeInParts(texts);
    });
    checkLength(parts[0]?.length ?? 1, parts[1]?.length ?? 1, tokenizer.maxLength);
    // Weights lead away from or towards the empty prompt, which is then encoded along.
    const rows = [...parts.flat(), ...(isWeighted ? [tokenizer.encodePieces([])] : [])];
    const ids = rows.flatMap((row) => row.ids);
    const length = ids.length / rows.length;
    const input_ids = { dtype: 'int64', dims: [rows.length, length], data: BigInt64Array.from(ids, BigInt) } as const;
    const { last_hidden_state: states } = await services.inference.run(request(), { input_ids });
    if (states === undefined) throw new Error('Internal error: the text encoder has no output last_hidden_state');
    const [, tokens = 0, width = 0] = states.dims;
    const row = (i: number) =>
      tensor([1, tokens, width], states.data.slice(i * tokens * width, (i + 1) * tokens * width));
    const weighted = (i: number, pieces: readonly WeightedText[]) => {
      const weights = (rows[i]?.pieceOf ?? []).map((piece) => pieces[piece]?.weight ?? 1);
      return isWeighted ? weightTextStates(row(i), { empty: row(rows.length - 1), weights }) : row(i);
    };
    let next = 0;
    const [positive, negative] = prompts.map((pieces, side) =>
      joinTokens((parts[side] ?? []).map(() => weighted(next++, pieces))),
    ) as [Tensor, Tensor];
    return { conditioning: matchLengths(positive, negative) };
  },
});

// Of both sides once they are of one length. The memory of attention grows with them: for a large picture this is about the
// most that leaves room for the rest.
const MAX_TOKENS = 1300;

/** @throws Error for prompts that are too long to lead in parts */
function checkLength(positive: number, negative: number, partLength: number): void {
  const tokens = commonLength(positive, negative) * partLength;
  if (tokens <= MAX_TOKENS) return;
  throw new Error(
    `TextEncode: the prompt takes ${positive} parts of ${partLength} tokens and the negative prompt ${negative}, which makes ` +
      `${tokens} tokens where both are of one length; at most ${MAX_TOKENS} can lead. Shorten them, or set longPrompts to cut.`,
  );
}
