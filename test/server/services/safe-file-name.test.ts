import { toSafeFileName } from '@unclip-studio/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../support/any-character.js';
import { randomRuns } from '../../support/test-seed.js';

test.each([
  ['variation', 'variation'],
  ['Rote Herzen', 'Rote Herzen'],
  ['心 – 蛍', '心 – 蛍'],
  ['cafe\u0301', 'café'],
  ['../../etc/passwd', 'etc-passwd'],
  ['a/b\\c:d*e?f"g<h>i|j', 'a-b-c-d-e-f-g-h-i-j'],
  ['a\u2215b\uff0fc', 'a-b-c'],
  ['evil\u202egnp.exe', 'evil-gnp.exe'],
  ['line\nbreak\0zero', 'line-break-zero'],
  ['.hidden', 'hidden'],
  ['--version', 'version'],
  ['dots... ', 'dots'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['Console', 'Console'],
  ['%2e%2e', '%2e%2e'],
  ['', 'picture'],
  [' . ', 'picture'],
  ['///', 'picture'],
])('%j becomes %j', (label, name) => {
  expect(toSafeFileName(label)).toBe(name);
});

test('a long name is cut between characters', () => {
  expect(toSafeFileName('😀'.repeat(50))).toBe('😀'.repeat(27));
});

test('a label of very many dots takes no longer than a short one', () => {
  expect(toSafeFileName(`${'.'.repeat(200_000)}a${'.'.repeat(200_000)}b`)).toBe('a');
});

test('for any label, the name is short, visible, and stays in its folder', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (label) => {
      const name = toSafeFileName(label);

      expect(name).not.toBe('');
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(110);
      expect(name).not.toMatch(/^[.\s-]|[.\s]$|[/\\\p{Cc}\p{Cs}]/u);
      expect(toSafeFileName(name).replace(/^_/, '')).toBe(name.replace(/^_/, ''));
    }),
    { numRuns: randomRuns(1000) },
  );
});
