import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../support/checkpoint-copy.js';
import { standInHub } from '../support/stand-in-hub.js';
import { tempFolder } from '../support/temp-folder.js';
import { commandsOf, unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

const PAGE = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

const commands = commandsOf(PAGE);

test('every command of the README does its work, one after the other', async () => {
  const folder = tempFolder();
  symlinkSync(join(REPOSITORY, 'workflows'), join(folder, 'workflows'));
  copyFileSync(join(REPOSITORY, 'workflows/images/cat.png'), join(folder, 'cat.png'));
  copyFileSync(join(REPOSITORY, 'workflows/image-variations.json'), join(folder, 'my-workflow.json'));
  // The small checkpoint replaces the published one, and a hub on this machine the real one.
  const repo = /models pull (\S+)/.exec(PAGE)?.[1] ?? '';
  const hub = await standInHub(repo, filesOf(SMALL_CHECKPOINT));
  const home = join(folder, 'home');

  // Checkpoints go not among the models of this checkout, where the real one may lie.
  const checkpoints = join(home, 'checkpoints');
  const elsewhere = (command: string): readonly string[] => {
    if (command.startsWith('models pull')) return ['--dir', join(checkpoints, basename(repo))];
    return command.includes(basename(repo)) ? ['--models', checkpoints] : [];
  };

  mkdirSync(checkpoints, { recursive: true });

  const found: string[] = [];
  for (const command of commands) {
    if (command.startsWith('explain')) nameTwoImages(join(folder, 'pictures'));
    if (command.includes('inspect')) symlinkSync(SMALL_CHECKPOINT, join(checkpoints, 'sd21-unclip-h.safetensors'));
    const words = command.replaceAll('~', home).split(/ +/);
    // Each run draws what the page says, in as few steps as show it.
    const quick = words[0] === 'run' ? ['--cache-dir', join(folder, 'cache'), '--set', 'sample.steps=2'] : [];
    const { code, stderr } = await unclip([...words, ...elsewhere(command), ...quick], {
      cwd: folder,
      env: { HF_ENDPOINT: hub.endpoint },
    });
    found.push(`${command.split(' ').slice(0, 2).join(' ')}: ${code === 0 ? 'done' : stderr}`);
  }

  expect(found).toEqual(commands.map((command) => `${command.split(' ').slice(0, 2).join(' ')}: done`));
  expect(found.length).toBeGreaterThan(7);
}, 240_000);

function nameTwoImages(folder: string): void {
  const [a = '', b = ''] = readdirSync(folder);
  copyFileSync(join(folder, a), join(folder, 'a.png'));
  copyFileSync(join(folder, b), join(folder, 'b.png'));
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), path]));
}
