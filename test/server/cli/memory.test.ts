import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const VARIATIONS = fileURLToPath(new URL('../../../workflows/image-variations.json', import.meta.url));

test('run succeeds with so little memory that models alternate', async () => {
  const out = tempFolder();
  const args = ['run', VARIATIONS, '--set', 'sample.steps=1', '--set', 'sample.count=1', '--out', out];

  const { code, stdout } = await unclip([...args, '--memory', '1MB']);

  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
});

test.each(['run', 'serve'])('%s refuses a size that is none, with an example of one', async (command) => {
  const args = command === 'run' ? [command, VARIATIONS] : [command, '--data-dir', tempFolder(), '--port', '0'];

  const { code, stderr } = await unclip([...args, '--memory', 'much']);

  expect([code, stderr]).toEqual([2, '--memory much: expected a size above 0, as in 6GB, 6GiB or 800MB.\n']);
});
