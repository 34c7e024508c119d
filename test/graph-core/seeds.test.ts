import {
  checkParam,
  isSeed,
  readParamText,
  readSeed,
  readValueList,
  seedOf,
  seedPlus,
} from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';

const param = { kind: 'seed', default: 0, help: '' } as const;
const LARGEST = '18446744073709551615';

test('a seed is a number as far as JSON holds it exactly, and text above', () => {
  const seeds = [0, 2 ** 53 - 1, '9007199254740992', '9007199254740993', LARGEST];
  const others = [2 ** 53, 1.5, -1, '42', '007', '+1', '18446744073709551616', '', null, 1n, `${LARGEST}0`];

  expect(seeds.map(isSeed)).toEqual(seeds.map(() => true));
  expect(others.map(isSeed)).toEqual(others.map(() => false));
});

test('digits become the one form that a seed has', () => {
  expect(readSeed('9007199254740991')).toBe(2 ** 53 - 1);
  expect(readSeed('9007199254740992')).toBe('9007199254740992');
  expect(readSeed(`000${LARGEST}`)).toBe(LARGEST);
  expect(readSeed('18446744073709551616')).toBeUndefined();
  expect(readSeed('9'.repeat(1_000_000))).toBeUndefined();
  expect(seedOf(2n ** 53n)).toBe('9007199254740992');
});

test('the largest seed is followed by 0', () => {
  expect(seedPlus(2 ** 53 - 1, 2)).toBe('9007199254740993');
  expect(seedPlus(LARGEST, 1)).toBe(0);
  expect(seedPlus(LARGEST, 3)).toBe(2);
  expect(seedPlus('9007199254740992', -1)).toBe(2 ** 53 - 1);
});

test('a number in a file that has lost digits is rejected, with the form that keeps them', () => {
  expect(checkParam(param, JSON.parse('9007199254740993'))).toContain('in quotes, such as "18446744073709551615"');
  expect(checkParam(param, -1)).toBe('a whole number from 0 to 18446744073709551615');
  expect(checkParam(param, LARGEST)).toBeUndefined();
});

test('a seed on the command line keeps every digit', () => {
  expect(readParamText(param, LARGEST)).toBe(LARGEST);
  expect(readParamText(param, '9007199254740993')).toBe('9007199254740993');
  expect(readParamText(param, '42')).toBe(42);
  expect(readParamText(param, '1e3')).toBe(1000);
  expect(checkParam(param, readParamText(param, '-1'))).toBeDefined();
  expect(checkParam(param, readParamText(param, '18446744073709551616'))).toBeDefined();
});

test('lists and ranges of large seeds are exact', () => {
  expect(readValueList(param, '9007199254740990..9007199254740993')).toEqual([
    9007199254740990,
    9007199254740991,
    '9007199254740992',
    '9007199254740993',
  ]);
  expect(readValueList(param, `${LARGEST}..18446744073709551605 step 5`)).toEqual([
    LARGEST,
    '18446744073709551610',
    '18446744073709551605',
  ]);
  expect(readValueList(param, '1..18446744073709551615')).toContain('at most 1000 values');
  expect(readValueList(param, '1, 18446744073709551616')).toContain('got "18446744073709551616"');
});
