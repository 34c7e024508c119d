import { readFileSync } from 'node:fs';
import { ComfyFormatError, formatExactJson, importComfyUi, parseExactJson } from '@unclip-studio/comfyui';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../support/any-character.js';

/** A double as it comes back: 0 without a sign, and as a bigint where it is written as a whole number above 2^53. */
function asRead(number: number): number | bigint {
  if (number === 0) return 0;
  return /^-?\d+$/.test(String(number)) && !Number.isSafeInteger(number) ? BigInt(number) : number;
}

describe('JSON with whole numbers of any size', () => {
  test('is read without rounding one, and written as it was', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: anyCharacter }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(asRead),
        fc.integer(),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z"\\]{1,4}$/), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, (one) => {
        expect(parseExactJson(formatExactJson(one))).toEqual(one);
      }),
    );
  });

  test.each([
    ['a text that looks like a mark for a number', '"\\u0001int:5"', '\u0001int:5'],
    ['the largest seed', '18446744073709551615', 18446744073709551615n],
    ['a whole number that a double holds', '9007199254740991', 9007199254740991],
    ['a fraction of many digits', '0.1234567890123456700', 0.12345678901234566],
  ])('has in it: %s', (_, text, value) => {
    expect(parseExactJson(text)).toBe(value);
  });

  // Each took minutes: the pattern that looked for numbers and texts went back at every quotation mark.
  test.each([
    ['quotation marks behind backslashes, never closed', `{"a": "${'\\"'.repeat(500_000)}`],
    ['backslashes', `{"a": "${'\\'.repeat(1_000_001)}"`],
    ['a number of millions of digits', `{"a": ${'7'.repeat(4_000_000)}}`],
    ['numbers without commas', `{"a": ${'-1'.repeat(500_000)}}`],
    ['lists without end', '['.repeat(1_000_000)],
  ])('takes time in proportion to its length: %s', (_, text) => {
    const started = performance.now();

    expect(() => parseExactJson(text)).toThrow(SyntaxError);

    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test('a file with a key twice loses no node in silence: it is refused at the line and column', () => {
  const text = readFileSync(new URL('../fixtures/faults/workflows/comfy-dup.json', import.meta.url), 'utf8');

  expect(() => importComfyUi(text)).toThrow(ComfyFormatError);
  expect(() => importComfyUi(text)).toThrow(/key "8" is given twice in one object/);
  expect(() => importComfyUi(text)).toThrow(/line 1, column 825/);
});
