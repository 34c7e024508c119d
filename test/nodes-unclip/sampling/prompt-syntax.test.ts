import { ChoiceDrawer, readPromptSchedule, readWildcardLists, steersAt } from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';

/** What the prompt is at each of some steps. */
function textsAt(prompt: string, steps: number): readonly string[] {
  const texts = readPromptSchedule(prompt);
  return Array.from({ length: steps }, (_, step) => {
    const active = texts.filter(({ periods }) => steersAt({ periods }, { step, steps, timestep: 0 }));
    expect(active).toHaveLength(1);
    return active[0]?.text ?? '';
  });
}

describe('a prompt schedule', () => {
  // Expected are the runs of AUTOMATIC1111/stable-diffusion-webui 1.10, modules/prompt_parser.py, whose tests say for 10 steps:
  // "a [b:3]" is [[3, 'a '], [10, 'a b']], "[fe|]male" alternates, "a [[[b]]:2]" and so on.
  test.each([
    ['test', ['test', 'test', 'test', 'test', 'test', 'test', 'test', 'test', 'test', 'test']],
    ['a [b:3]', ['a ', 'a ', 'a ', 'a b', 'a b', 'a b', 'a b', 'a b', 'a b', 'a b']],
    ['a [b: 3]', ['a ', 'a ', 'a ', 'a b', 'a b', 'a b', 'a b', 'a b', 'a b', 'a b']],
    ['a [[b]:2]', ['a ', 'a ', 'a [b]', 'a [b]', 'a [b]', 'a [b]', 'a [b]', 'a [b]', 'a [b]', 'a [b]']],
    ['[(a:2):3]', ['', '', '', '(a:2)', '(a:2)', '(a:2)', '(a:2)', '(a:2)', '(a:2)', '(a:2)']],
    ['a [b : c : 1] d', ['a b  d', ...Array<string>(9).fill('a  c  d')]],
    ['a[b:[c:d:2]:1]e', ['abe', 'ace', ...Array<string>(8).fill('ade')]],
    ['a [unbalanced', Array<string>(10).fill('a [unbalanced')],
    ['a [b:.5] c', [...Array<string>(5).fill('a  c'), ...Array<string>(5).fill('a b c')]],
    ['a [b::0.25] c', [...Array<string>(2).fill('a b c'), ...Array<string>(8).fill('a  c')]],
    ['[fe|]male', ['female', 'male', 'female', 'male', 'female', 'male', 'female', 'male', 'female', 'male']],
    ['[a|b|c]', ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a']],
    ['[a|[b|c]]', ['a', 'c', 'a', 'c', 'a', 'c', 'a', 'c', 'a', 'c']],
  ])('%s', (prompt, expected) => {
    expect(textsAt(prompt, 10)).toEqual(expected);
  });

  test('plain brackets and escaped ones are characters', () => {
    expect(readPromptSchedule('a [red] \\[b:3\\] [a:b:c:d:2]')).toEqual([
      { text: 'a [red] [b:3] [a:b:c:d:2]', periods: null },
    ]);
  });

  test('with too many texts, or too deep, is refused with what to do', () => {
    const turns = ['[a|b|c]', '[d|e|f|g|h]', '[i|j|k|l|m|n|o]'].join(' ');

    expect(() => readPromptSchedule(turns)).toThrow('more than 64 different texts. Use fewer of them.');
    expect(() => readPromptSchedule(`${'['.repeat(60)}a${'|b]'.repeat(60)}`)).toThrow('more than 40 deep');
  });

  test('with many brackets takes time proportional to its length', () => {
    expect(readPromptSchedule('['.repeat(20_000))).toHaveLength(1);
  });
});

describe('choices in a prompt', () => {
  const choose = (prompt: string, seed = 1, lists = '') =>
    new ChoiceDrawer(seed, readWildcardLists(lists)).choose(prompt);

  test('are the same for the same seed, and every option comes', () => {
    const drawn = Array.from({ length: 60 }, (_, seed) => choose('a {red|green|blue} cat', seed));

    expect(drawn).toEqual(Array.from({ length: 60 }, (_, seed) => choose('a {red|green|blue} cat', seed)));
    expect([...new Set(drawn)].sort()).toEqual(['a blue cat', 'a green cat', 'a red cat']);
  });

  test('hold others, and brackets, which they do not tear apart', () => {
    const drawn = new Set(Array.from({ length: 60 }, (_, seed) => choose('{[a|b]|{c|d} e}', seed)));

    expect([...drawn].sort()).toEqual(['[a|b]', 'c e', 'd e']);
  });

  test('come from wildcard lists, which may name others', () => {
    const lists = '# mine\nanimal: cat | {old|young} dog\nscene: __animal__ at sea';
    const drawn = new Set(Array.from({ length: 60 }, (_, seed) => choose('a __scene__', seed, lists)));

    expect([...drawn].sort()).toEqual(['a cat at sea', 'a old dog at sea', 'a young dog at sea']);
  });

  test('leave escaped and unfinished ones as characters', () => {
    expect(choose('a \\{b|c\\} {d \\__e__')).toBe('a {b|c} {d __e__');
  });

  test('that cannot be made are refused with what to do', () => {
    expect(() => choose('a __bird__', 1, 'animal: cat')).toThrow(
      'names the list "bird", which is not among the wildcards. There are: animal.',
    );
    expect(() => choose('__a__', 1, 'a: __a__')).toThrow('Do lists name themselves?');
    expect(() => choose('__a__', 1, 'a: __a__ __a__')).toThrow(/choices are nested more than 20 deep|1000 choices/);
    expect(() => readWildcardLists('animal: cat\ndog')).toThrow(
      'line 2 of the wildcards is not a list. Write "name: one | another".',
    );
  });
});
