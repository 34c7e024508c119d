import { readFileSync } from 'node:fs';
import { decodeForeignText, ForeignJsonError, looksLikeComfyUi, parseForeignJson } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';

test.each([
  '{}',
  '[1,-0,2.5e-3,"a\\u00e9\\n\\\\",true,false,null,{"a":{"b":[]}}]',
  ' "x" ',
  '1e400',
  '{"__proto__":1}',
])('%s is read as JSON.parse does, also by the longer way', (text) => {
  const expected: unknown = JSON.parse(text);

  expect(parseForeignJson(text)).toEqual(expected);
  expect(parseForeignJson(text, { duplicateKeys: 'last' })).toEqual(expected);
});

test('a key called __proto__ is a key', () => {
  const read = parseForeignJson('{"__proto__": {"polluted": NaN}}') as object;

  expect(Object.keys(read)).toEqual(['__proto__']);
  expect('polluted' in read).toBe(false);
});

test('what Python writes for no number is read, as a number or as null', () => {
  const text = '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN"}';

  expect(parseForeignJson(text)).toEqual({
    a: Number.NaN,
    b: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    c: 'NaN',
  });
  expect(parseForeignJson(text, { nonFinite: 'null' })).toEqual({ a: null, b: [null, null], c: 'NaN' });
});

test('integers are kept exactly on request', () => {
  const text = '[18446744073709551615, -9007199254740993, 5, 1.0]';

  expect(parseForeignJson(text, { wholeNumbers: 'exact' })).toEqual([18446744073709551615n, -9007199254740993n, 5, 1]);
  // Also beyond all doubles, where invalid numbers become null.
  const long = '9'.repeat(400);
  expect(parseForeignJson(long, { wholeNumbers: 'exact', nonFinite: 'null' })).toBe(BigInt(long));
  expect(() => parseForeignJson('9'.repeat(5000), { wholeNumbers: 'exact' })).toThrow(
    /the number "999.*" is too large/,
  );
});

test('the last of duplicate keys counts, as in Python, unless they are rejected', () => {
  const text = '{"a": 1,\n "\\u0061": 2}';

  expect(parseForeignJson(text)).toEqual({ a: 2 });
  expect(() => parseForeignJson(text, { duplicateKeys: 'refused' })).toThrow(
    'line 2, column 2: the key "a" is given twice in one object',
  );
});

test.each([
  ['{"a": 1,}', 'line 1, column 9: expected a key in double quotes'],
  ['{\n "a": nan}', 'line 2, column 7: expected a value'],
  ['[1 2]', 'line 1, column 4: expected "," or "]", got "2"'],
  ['{"a" 1}', 'line 1, column 6: expected ":" after a key, got "1"'],
  ['"abc', 'line 1, column 1: the quotation mark is never closed'],
  ['"a\nb"', 'line 1, column 3: a text holds a line break or another control character'],
  ['{} x', 'line 1, column 4: expected the end, got "x"'],
  ['01', 'line 1, column 1: expected a value'],
  ['+1', 'line 1, column 1: expected a value'],
  ['', 'line 1, column 1: expected a value'],
  ['['.repeat(300), 'line 1, column 257: expected at most 256 objects and lists'],
])('%j is refused at the place of the mistake', (text, expected) => {
  expect(() => parseForeignJson(text)).toThrow(ForeignJsonError);
  expect(() => parseForeignJson(text)).toThrow(expected);
});

test('the time it takes grows only with the length', () => {
  const texts = ['1', '9'.repeat(20), '"\\\\"', '{}'].map((item) => `[${Array(30_000).fill(item).join(',')}, NaN]`);

  const start = performance.now();
  for (const text of [...texts, `"${'\\'.repeat(200_000)}"`, `[${'1'.repeat(100_000)}, NaN]`]) {
    parseForeignJson(text, { wholeNumbers: 'rounded', duplicateKeys: 'refused' });
  }

  expect(performance.now() - start).toBeLessThan(2000);
});

describe('text in bytes', () => {
  const swap = (bytes: Buffer) => Buffer.from(bytes).swap16();

  test.each([
    ['UTF-8', Buffer.from('{"é":1}')],
    ['UTF-8 with a mark', Buffer.from('\uFEFF{"é":1}')],
    ['UTF-16LE with a mark', Buffer.from('\uFEFF{"é":1}', 'utf16le')],
    ['UTF-16LE', Buffer.from('{"é":1}', 'utf16le')],
    ['UTF-16BE with a mark', swap(Buffer.from('\uFEFF{"é":1}', 'utf16le'))],
    ['UTF-16BE', swap(Buffer.from('{"é":1}', 'utf16le'))],
  ])('is read in %s', (_, bytes) => {
    expect(decodeForeignText(bytes)).toBe('{"é":1}');
  });

  test('is none in other bytes', () => {
    expect(decodeForeignText(Uint8Array.of(0x89, 0x50, 0xff))).toBeNull();
  });
});

test('a ComfyUI workflow is recognised regardless of what Python wrote into it', () => {
  const text = readFileSync(new URL('../fixtures/faults/workflows/api-nan.json', import.meta.url), 'utf8');

  expect(looksLikeComfyUi(text)).toBe(true);
});
