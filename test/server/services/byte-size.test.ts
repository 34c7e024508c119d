import { totalmem } from 'node:os';
import { defaultMemoryBudget, parseByteSize } from '@unclip-studio/server';
import { expect, test } from 'vitest';

test.each([
  ['6GB', 6e9],
  ['6.5 gb', 6.5e9],
  ['6G', 6e9],
  ['6GiB', 6 * 2 ** 30],
  ['6gi', 6 * 2 ** 30],
  ['800MB', 800e6],
  ['800MiB', 800 * 2 ** 20],
  ['1.5 KiB', 1536],
  ['64kB', 64_000],
  ['2TB', 2e12],
  ['2TiB', 2 * 2 ** 40],
  ['512B', 512],
  [' 4GB ', 4e9],
  ['0MB', 0],
])('%s is read', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test('a number without a unit means gigabytes where that is expected, and is rejected elsewhere', () => {
  expect(parseByteSize('6', 'GB')).toBe(6e9);
  expect(parseByteSize('6')).toBeUndefined();
});

test.each(['', 'GB', 'much', '-6GB', '6PB', '6 G B', '1e9', '6iB', '6GBi', '6,5GB', '99999999TB'])(
  '"%s" is refused',
  (text) => {
    expect(parseByteSize(text, 'GB')).toBeUndefined();
  },
);

test('without a word of the operator models get most of the machine, and never all of it', () => {
  expect(defaultMemoryBudget()).toBeGreaterThan(0);
  expect(defaultMemoryBudget()).toBeLessThan(0.75 * totalmem());
});
