import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comfyUiMapping, comfyUiSamplers } from '@unclip-studio/comfyui';
import { expect, test } from 'vitest';
import { UNCLIP_EXAMPLE, uiFile } from '../comfyui/ui-file.js';
import { tempFolder } from '../support/temp-folder.js';
import { commandsOf, unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

const PATH = join(REPOSITORY, 'docs/COMFYUI.md');
const MEANINGS = { exact: 'same', alike: 'alike', absorbed: 'part', placeholder: 'missing' };

test('docs/COMFYUI.md lists what the import knows (UPDATE_DOCS=1 rewrites it)', () => {
  const page = readFileSync(PATH, 'utf8');
  const nodes = comfyUiMapping().map(({ theirs, ours, likeness }) => [theirs, MEANINGS[likeness], ours]);
  const samplers = comfyUiSamplers();
  const written = fill(
    fill(page, 'nodes', table(['ComfyUI', 'is', 'here'], nodes)),
    'samplers',
    table(['ComfyUI', 'here', 'differs'], samplers),
  );
  if (process.env['UPDATE_DOCS']) writeFileSync(PATH, written);

  expect(readFileSync(PATH, 'utf8')).toBe(written);
});

// What `serve --comfyui` answers is tested with the server.
test('the commands of docs/COMFYUI.md do what the page says', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'my-comfyui.json'), JSON.stringify(uiFile(UNCLIP_EXAMPLE)));
  const commands = commandsOf(readFileSync(PATH, 'utf8'))
    .filter((command) => !command.startsWith('serve'))
    .map((command) => command.split(/ +/));
  // Small and short, or the image of the published example would take minutes.
  const quick = ['--set', 'sample_3.width=64', '--set', 'sample_3.height=64', '--set', 'sample_3.steps=2'];

  const codes = [];
  for (const args of commands) {
    codes.push((await unclip(args[0] === 'run' ? [...args, ...quick] : args, { cwd: folder })).code);
  }

  expect(codes).toEqual([0, 0, 0, 0]);
});

function fill(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  return page.slice(0, page.indexOf(start) + start.length) + text + page.slice(page.indexOf(end));
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(heads) + line(heads.map(() => '---')) + rows.map(line).join('');
}
