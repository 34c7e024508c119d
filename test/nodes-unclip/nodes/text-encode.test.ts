import type { Tensor } from '@unclip-studio/nodes-unclip';
import { type Conditioning, parsePromptWeights, textEncode } from '@unclip-studio/nodes-unclip/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint, plainPrompt } from '../../support/evaluate-node.js';
import { randomRuns } from '../../support/test-seed.js';

const { text } = await openTestCheckpoint();

async function encode(params: object) {
  const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text }, params);
  return plainPrompt(conditioning);
}

describe('weights in a prompt', () => {
  test.each([
    ['a red heart', [['a red heart', 1]]],
    [
      'a (red:1.5) heart',
      [
        ['a ', 1],
        ['red', 1.5],
        [' heart', 1],
      ],
    ],
    [
      '((red)) (heart)',
      [
        ['red', 1.1 * 1.1],
        [' ', 1],
        ['heart', 1.1],
      ],
    ],
    [
      '(a (red:0.5) heart:2)',
      [
        ['a ', 2],
        ['red', 0.5],
        [' heart', 2],
      ],
    ],
    [
      'at (12:30 o’clock)',
      [
        ['at ', 1],
        ['12:30 o’clock', 1.1],
      ],
    ],
    ['a \\(red\\) heart', [['a (red) heart', 1]]],
    [
      'a (red heart',
      [
        ['a ', 1],
        ['(', 1],
        ['red heart', 1],
      ],
    ],
    [
      'a (red (heart:1.2)',
      [
        ['a ', 1],
        ['(', 1],
        ['red ', 1],
        ['heart', 1.2],
      ],
    ],
    ['a) red heart', [['a) red heart', 1]]],
    ['(:1.3)', [[':1.3', 1.1]]],
    ['', []],
  ])('%s', (prompt, expected) => {
    expect(parsePromptWeights(prompt).map(({ text: words, weight }) => [words, weight])).toEqual(expected);
  });

  test('the maximum number in a prompt takes no longer than few, closed or not', () => {
    expect(parsePromptWeights(`${'('.repeat(9_999)}red${')'.repeat(9_999)}`)).toHaveLength(1);
    expect(parsePromptWeights('('.repeat(20_000))).toHaveLength(20_000);
  });

  test('any text at all is read, and loses nothing but parentheses, numbers and backslashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('(', ')', '\\', ':', '1', '.', 'a', ' ') }), (prompt) => {
        const letters = (value: string) => value.replace(/[^a ]/g, '');
        const read = parsePromptWeights(prompt)
          .map((piece) => piece.text)
          .join('');

        // A number may be followed by spaces before its parenthesis is closed.
        expect(letters(read).replaceAll(' ', '')).toBe(letters(prompt).replaceAll(' ', ''));
      }),
      { numRuns: randomRuns(500) },
    );
  });
});

test('a weight moves the states of its words along the line from the empty prompt', async () => {
  const plain = await encode({ prompt: 'a red heart', weighting: 'parentheses' });
  const empty = await encode({ prompt: '' });
  const weighted = await encode({ prompt: 'a (red:1.5) heart', weighting: 'parentheses' });

  const row = ({ data, dims }: Tensor, token: number) => [
    ...data.slice(token * (dims[2] ?? 0), (token + 1) * (dims[2] ?? 0)),
  ];
  // Begin mark, a, red, heart.
  expect(row(weighted.positive, 1)).toEqual(row(plain.positive, 1));
  expect(row(weighted.positive, 3)).toEqual(row(plain.positive, 3));
  for (const [i, value] of row(weighted.positive, 2).entries()) {
    const base = row(empty.positive, 2)[i] ?? 0;
    expect(value).toBeCloseTo(base + 1.5 * ((row(plain.positive, 2)[i] ?? 0) - base), 4);
  }
  expect(weighted.negative).toEqual(plain.negative);
});

test('without weighting parentheses are characters, as in diffusers', async () => {
  const off = await encode({ prompt: 'a (red:1.5) heart' });
  const on = await encode({ prompt: 'a \\(red:1.5\\) heart', weighting: 'parentheses' });

  expect(off).toEqual(on);
});

describe('long prompts', () => {
  const { maxLength } = text.tokenizer;
  const tokensOf = (prompt: string) => text.tokenizer.encode(prompt).length - 2;
  // As many words as fit into one part, and into the next.
  const words = (count: number, word: string) => new Array<string>(count).fill(word).join(' ');
  const perWord = tokensOf('heart');
  const fits = Math.floor((maxLength - 2) / perWord);
  const first = words(fits, 'heart');
  const second = words(3, 'star');
  const part = ({ data, dims: [, , d = 1] }: Tensor, i: number) =>
    data.slice(i * maxLength * d, (i + 1) * maxLength * d);

  test('in parts, the second part is what it would be alone', async () => {
    const { positive } = await encode({ prompt: `${first} ${second}`, longPrompts: 'in parts' });

    expect(positive.dims[1]).toBe(2 * maxLength);
    expect(part(positive, 0)).toEqual((await encode({ prompt: first })).positive.data);
    expect(part(positive, 1)).toEqual((await encode({ prompt: second })).positive.data);
  });

  test('that are none are the same either way, weights included', async () => {
    const params = { prompt: 'a (red:1.3) heart', negativePrompt: 'fog', weighting: 'parentheses' };

    expect(await encode({ ...params, longPrompts: 'in parts' })).toEqual(await encode(params));
  });

  test('weigh in every part', async () => {
    const params = { longPrompts: 'in parts', weighting: 'parentheses' };
    const { positive } = await encode({ prompt: `${first} (${second}:1.4)`, ...params });

    expect(part(positive, 1)).toEqual(
      (await encode({ prompt: `(${second}:1.4)`, weighting: 'parentheses' })).positive.data,
    );
  });

  test('of different length on the two sides: the shorter one is repeated as a whole', async () => {
    const { positive, negative } = await encode({
      prompt: `${first} ${second}`,
      negativePrompt: 'fog',
      longPrompts: 'in parts',
    });

    expect(negative.dims).toEqual(positive.dims);
    expect(part(negative, 0)).toEqual(part(negative, 1));
    expect(part(negative, 0)).toEqual((await encode({ prompt: 'fog' })).positive.data);
  });

  test('do not tear words apart', async () => {
    const almost = words(fits - 1, 'heart');
    const room = maxLength - 2 - (fits - 1) * perWord;
    const word = 'x'.repeat(40).slice(0, 7);
    const { positive } = await encode({ prompt: `${almost} ${word}${word}`, longPrompts: 'in parts' });

    const tokens = tokensOf(`${word}${word}`);
    expect(positive.dims[1]).toBe(tokens > room ? 2 * maxLength : maxLength);
  });

  test('that are too long are refused with what to do', async () => {
    const long = {
      prompt: words(9 * fits, 'heart'),
      negativePrompt: words(8 * fits, 'heart'),
      longPrompts: 'in parts',
    };

    await expect(encode(long)).rejects.toThrow(
      /takes 9 parts of \d+ tokens and the negative prompt 8, which makes \d+ tokens .* at most 1300 can lead\. Shorten them/,
    );
    const { positive } = await encode({ ...long, negativePrompt: '' });
    expect(positive.dims[1]).toBe(9 * maxLength);
  });
});

describe('choices in braces', () => {
  const prompt = 'a {red|green|blue} __thing__';
  const choices = { prompt, choices: 'braces', wildcards: 'thing: heart | star', choiceSeed: 5 };

  test('settle to the prompt that could have been written, and are encoded as it is', async () => {
    const params = {
      ...Object.fromEntries(Object.entries(textEncode.params).map(([k, p]) => [k, p.default])),
      ...choices,
    };
    const settled = textEncode.settle?.(params) ?? {};

    expect(settled).toEqual({ ...params, prompt: settled['prompt'], choices: 'off', wildcards: '', choiceSeed: 0 });
    expect(settled['prompt']).toMatch(/^a (red|green|blue) (heart|star)$/);
    expect(await encode(choices)).toEqual(await encode({ prompt: settled['prompt'] }));
  });

  test('of a list that there is not are refused', async () => {
    await expect(encode({ ...choices, wildcards: '' })).rejects.toThrow('the prompt names the list "thing"');
  });
});
