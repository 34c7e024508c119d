import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { commandsOf, unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

const PAGE = readFileSync(join(REPOSITORY, 'docs/RESULTS.md'), 'utf8');

const commands = commandsOf(PAGE);

test('every command of docs/RESULTS.md does what the page says, one after the other', async () => {
  const folder = tempFolder();
  symlinkSync(join(REPOSITORY, 'workflows'), join(folder, 'workflows'));
  symlinkSync(join(REPOSITORY, 'models'), join(folder, 'models'));
  const [, workflow = ''] = /```json\n(.*?)```/s.exec(PAGE) ?? [];
  writeFileSync(join(folder, 'check-me.json'), workflow);
  const cache = ['--cache-dir', join(folder, 'cache')];

  const found: string[] = [];
  for (const command of commands) {
    const args = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([text, quoted]) => quoted ?? text);
    const { code, stdout, stderr } = await unclip(args[0] === 'run' ? [...args, ...cache] : args, { cwd: folder });
    found.push(
      args[0] === 'run' ? `run: ${/: (\d+ nodes? evaluated, \d+ taken)/.exec(stderr)?.[1]}` : `${args[0]}: ${code}`,
    );
    if (args[0] === 'explain')
      expect(stdout).toContain('They part at noise (NoiseAugment), noiseLevel: 0 in A, 300 in B.');
    expect([command, stderr.includes('failed')]).toEqual([command, false]);
  }

  expect(found).toEqual([
    'run: 8 nodes evaluated, 0 taken',
    'run: 1 node evaluated, 7 taken',
    'run: 1 node evaluated, 7 taken',
    'run: 8 nodes evaluated, 0 taken',
    'verify: 0',
    // LoadModel is opened again, in addition to what depends on the noise level.
    'run: 5 nodes evaluated, 3 taken',
    'explain: 0',
    'diff: 1',
    'run: 1 node evaluated, 7 taken',
    'verify: 0',
    // The model, the other noise and prompt, and what follows from them; of three runs the last.
    'run: 6 nodes evaluated, 4 taken',
    'run: 4 nodes evaluated, 4 taken',
    // The penguin's embedding and the model are known from the first command.
    'run: 2 nodes evaluated, 2 taken',
    'gen: 0',
  ]);
}, 240_000);
