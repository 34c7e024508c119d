import { defineNode } from '../define-node.js';

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
  },
  async evaluate({ inputs, params }, { services }) {
    const { checkpoint } = inputs.text;
    const prompts = [params.prompt, params.negativePrompt];
    const ids = prompts.flatMap((prompt) => checkpoint.tokenizer.encodePadded(prompt).ids);
    const length = ids.length / prompts.length;
    const input_ids = { dtype: 'int64', dims: [2, length], data: BigInt64Array.from(ids, BigInt) } as const;
    const { last_hidden_state: states } = await services.inference.run(checkpoint.textModel(), { input_ids });
    if (states === undefined) throw new Error('Internal error: the text encoder has no output last_hidden_state');
    const [, tokens = 0, width = 0] = states.dims;
    const row = (i: number) => ({
      dtype: 'float32' as const,
      dims: [1, tokens, width],
      data: states.data.slice(i * tokens * width, (i + 1) * tokens * width),
    });
    return { conditioning: { positive: row(0), negative: row(1) } };
  },
});
