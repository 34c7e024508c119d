import type { Random } from './random.js';

const LETTERS = [
  ...[
    '\u0000',
    '\u001b',
    '\u0085',
    '\u200b',
    '\u202e',
    '\ufeff',
    '\ud800',
    '\udc00',
    '\u{1f600}',
    'e\u0301',
    'İ',
    'ﬁ',
    '٣',
    '１',
  ],
  ...[
    '"',
    "'",
    '\\',
    '/',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    ':',
    ';',
    ',',
    '.',
    '-',
    '+',
    '*',
    '?',
    '|',
    '~',
    '%',
    '&',
  ],
  ...[' ', '\t', '\n', '\r\n', '0', '9', 'a', '\\u0061', '%00', '%2e', '1e400', '//', '/*'],
];

/**
 * Mutates a text in pieces: characters with a meaning, words of its own grammar, and repetition, which reveals
 * quadratic time.
 */
export function mutateText(random: Random, text: string, words: readonly string[], most = 200_000): string {
  let made = text;
  for (let count = 1 + random.size(12); count > 0; count--) made = changeText(random, made, words, most).slice(0, most);
  return made;
}

function changeText(random: Random, text: string, words: readonly string[], most: number): string {
  const at = random.below(text.length + 1);
  const end = at + random.size(text.length - at + 1);
  const piece = () => (random.chance(0.5) && words.length > 0 ? random.pick(words) : random.pick(LETTERS));
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + text.slice(at, end).repeat(timesFor(random, end - at, most)) + text.slice(end);
    case 2: {
      const one = piece() + (random.chance(0.3) ? piece() : '');
      return text.slice(0, at) + one.repeat(timesFor(random, one.length, most)) + text.slice(at);
    }
    case 3:
      return text.slice(end) + text.slice(at, end) + text.slice(0, at);
    default:
      return text.slice(0, at) + piece() + text.slice(random.chance(0.5) ? at : at + 1);
  }
}

function timesFor(random: Random, length: number, most: number): number {
  return Math.min(random.size(most), Math.ceil(most / Math.max(1, length)));
}

/** JSON as other programs write it, with the mistakes that people and programs make. */
export function mutateJsonText(random: Random, value: unknown): string {
  const text = JSON.stringify(value, null, random.chance(0.3) ? 2 : 0) ?? 'null';
  if (random.chance(0.6)) return text;
  if (random.chance(0.02)) {
    const depth = random.size(100_000);
    return `${'['.repeat(depth)}${text}${']'.repeat(depth)}`;
  }
  const words = [
    'NaN',
    'Infinity',
    '-Infinity',
    '9'.repeat(400),
    '1e5',
    'null',
    '"a":',
    '"\\u0061":',
    '{',
    '[',
    '//x\n',
    ',',
    '\\ud800',
  ];
  return mutateText(random, text, words, Math.max(400_000, text.length));
}
