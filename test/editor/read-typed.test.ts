import { readTypedNumber, readTypedSeed } from '@unclip-studio/editor/read-typed';
import { describe, expect, test } from 'vitest';

const steps = { kind: 'integer', default: 20, min: 1, max: 100_000, help: '' } as const;
const width = { kind: 'integer', default: 512, min: 64, max: 4096, multipleOf: 8, help: '' } as const;
const scale = { kind: 'number', default: 10, min: 0, max: 100_000, help: '' } as const;
const seed = { kind: 'seed', default: 0, help: '' } as const;

describe('a typed number is understood', () => {
  test.each([
    ['20', 20],
    [' 20 ', 20],
    ['12,345', 12_345],
    ['1 000', 1000],
    ["1'000", 1000],
    ['1\u202f000', 1000],
    ['1,00,000', 100_000],
    ['２０', 20],
    ['٢٠', 20],
    ['۲۰', 20],
    ['१२', 12],
    ['1e3', 1000],
  ])('as a whole number: %s', (typed, value) => {
    const result = readTypedNumber(steps, typed);
    expect(result.ok ? result.value : undefined).toBe(value);
  });

  test.each([
    ['0.5', 0.5],
    ['0,5', 0.5],
    ['.5', 0.5],
    ['1.125', 1.125],
    ['0,125', 0.125],
    ['1.000,5', 1000.5],
    ['1,000.5', 1000.5],
    ['1 000,5', 1000.5],
    ['12.345,67', 12_345.67],
    ['７.５', 7.5],
    ['٣٫٥', 3.5],
    ['١٬٠٠٠٫٥', 1000.5],
  ])('as a number with decimals: %s', (typed, value) => {
    expect(readTypedNumber(scale, typed)).toEqual({ ok: true, value });
  });

  test.each([
    ['18446744073709551615', '18446744073709551615'],
    ['9007199254740993', '9007199254740993'],
    ['18,446,744,073,709,551,615', '18446744073709551615'],
    ['18 446 744 073 709 551 615', '18446744073709551615'],
    ['١٨٤٤٦٧٤٤٠٧٣٧٠٩٥٥١٦١٥', '18446744073709551615'],
    ['007', 7],
    ['1e3', 1000],
  ])('as a seed: %s', (typed, value) => {
    expect(readTypedSeed(seed, typed)).toEqual({ ok: true, value });
  });
});

describe('a typed number is refused, never changed', () => {
  test.each([
    [steps, '-1', 'Expected a whole number from 1 to 100000, got -1.'],
    [steps, '−1', 'Expected a whole number from 1 to 100000, got −1.'],
    [steps, '100001', 'Expected a whole number from 1 to 100000, got 100001.'],
    [steps, '20.5', 'Expected a whole number from 1 to 100000, got 20.5.'],
    [steps, '1,000', '"1,000" may mean 1 or 1000.'],
    [steps, '1.000', '"1.000" may mean 1 or 1000.'],
    [scale, '12,345', '"12,345" may mean 12.345 or 12345.'],
    [width, '513', 'Expected a multiple of 8 from 64 to 4096, got 513.'],
    [steps, 'twenty', '"twenty" is not a number.'],
    [steps, '1,2,3', '"1,2,3" is not a number.'],
    [steps, '0x10', '"0x10" is not a number.'],
    [scale, 'Infinity', '"Infinity" is not a number.'],
    [scale, '5 %', '"5 %" is not a number.'],
  ] as const)('%# %s', (param, typed, words) => {
    const result = readTypedNumber(param, typed);
    expect(result.ok ? result.value : result.problem).toContain(words);
  });

  test.each([
    ['-1', 'Expected a whole number from 0 to 18446744073709551615, got -1.'],
    ['18446744073709551616', 'Expected a whole number from 0 to 18446744073709551615, got 18446744073709551616.'],
    ['1.5', 'Expected a whole number from 0 to 18446744073709551615, got 1.5.'],
    ['1,000', '"1,000" may mean 1 or 1000.'],
    ['abc', '"abc" is not a number.'],
  ])('as a seed: %s', (typed, words) => {
    const result = readTypedSeed(seed, typed);
    expect(result.ok ? result.value : result.problem).toContain(words);
  });
});
