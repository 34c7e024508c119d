import { totalmem } from 'node:os';
import { defaultMemoryBudget, parseMemory } from '@unclip-studio/server';
import { expect, test } from 'vitest';

test.each([
  ['6GB', 6e9],
  ['6.5 gb', 6.5e9],
  ['6', 6e9],
  ['6G', 6e9],
  ['800MB', 800e6],
  ['800MiB', 800e6],
])('%s is read', (text, bytes) => {
  expect(parseMemory(text)).toBe(bytes);
});

test.each(['', '0', 'much', '-6GB', '6TB', '6 G B', '1e9'])('"%s" is refused', (text) => {
  expect(parseMemory(text)).toBe(undefined);
});

test('without a word of the operator models get most of the machine, and never all of it', () => {
  expect(defaultMemoryBudget()).toBeGreaterThan(0);
  expect(defaultMemoryBudget()).toBeLessThan(0.75 * totalmem());
});
