import { expect, test } from 'vitest';
import { unclip } from '../../support/unclip.js';

test('all problems with the options of a command are reported at once', async () => {
  const wrong = ['--memory', 'much', '--max-megapixels', '0', '--models', 'not/there', '--cache-size', '3'];
  const { code, stderr, stdout } = await unclip(['run', 'any.json', ...wrong]);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.trim().split('\n')).toEqual([
    '--memory much: expected a size above 0, as in 6GB, 6GiB or 800MB.',
    '--max-megapixels 0: expected a number above 0, up to 1000, as in 150.',
    '--models not/there: there is no such folder.',
    '--cache-size: expected a size such as 500MB, 4GB or 4GiB, got "3".',
  ]);
});
