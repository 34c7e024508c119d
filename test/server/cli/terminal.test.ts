import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { decodeImage, encodePng, readPngText } from '@unclip-studio/server';
import { main } from '@unclip-studio/server/cli';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { createTestIo, unclip } from '../../support/unclip.js';

const IMAGE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));

/** Renames the window, clears the screen, and turns the direction of text; the last ones also without an escape. */
const EVIL = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp\u2066\u061c\u007f';
const VISIBLE = '\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202egnp\\u2066\\u061c\\u007f';
const ACTED_ON = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/u;

const COPY: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  description: `A copy ${EVIL}`,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' }, title: `Save ${EVIL}`, params: { name: 'copy' } },
    words: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: `A prompt ${EVIL}` } },
    model: { type: 'LoadModel' },
  },
};

test.each([
  ['check', { odd: { type: `Odd${EVIL}`, inputs: { image: 'photo.image' } } }, 2],
  ['run', { odd: { type: `Odd${EVIL}`, inputs: { image: 'photo.image' } } }, 2],
  ['run', {}, 0],
  ['run', { photo: { type: 'LoadImage', params: { image: `${EVIL}.png` } } }, 2],
  ['gen', {}, 0],
  ['export', {}, 0],
  ['nodes', { odd: { type: `subgraph:${EVIL}` } }, 2],
])('%s shows what a terminal would act on in a hostile file: %j', async (command, nodes, expected) => {
  const folder = folderWith(formatWorkflow({ ...COPY, nodes: { ...COPY.nodes, ...nodes } }));

  const { code, stdout, stderr } = await unclip([command, 'copy.json'], { cwd: folder });

  expect(code, stderr).toBe(expected);
  expect(stdout + stderr).not.toMatch(ACTED_ON);
});

test('names of files are escaped like all other text, also for missing files', async () => {
  const folder = folderWith(formatWorkflow(COPY));
  const name = 'a\u001b]0;owned\u0007\u202eb.json';
  writeFileSync(join(folder, name), '{"format": 3}');

  const said = [];
  for (const args of [
    ['check', name],
    ['import', name],
    ['run', name],
    ['verify', name],
    ['diff', name, 'copy.json'],
  ]) {
    said.push((await unclip(args, { cwd: folder })).stderr);
  }

  for (const text of said) expect(text).toContain('a\\u001b]0;owned\\u0007\\u202eb.json');
  expect(said.join('')).not.toMatch(ACTED_ON);
});

test('what a receipt says of program and device is shown, not acted on', async () => {
  const folder = folderWith(formatWorkflow({ ...COPY, nodes: { photo: at('photo'), save: at('save') } }));
  await unclip(['run', 'copy.json', '--out', '.'], { cwd: folder });
  const path = join(folder, 'copy-0001.png');
  const texts = readPngText(readFileSync(path));
  const receipt = JSON.parse(texts.get('unclip-receipt') ?? '');
  receipt.program = `program ${EVIL}`;
  receipt.nodes[0].files = { image: `${EVIL}.png` };
  const forged = { 'unclip-workflow': texts.get('unclip-workflow') ?? '', 'unclip-receipt': JSON.stringify(receipt) };
  writeFileSync(path, await encodePng(await decodeImage(readFileSync(path), path), forged));

  const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

  expect(code).toBe(1);
  expect(stdout).toContain(VISIBLE);
  expect(stdout).not.toMatch(ACTED_ON);
});

test('printed JSON and modules equal the written ones', async () => {
  const folder = folderWith(formatWorkflow(COPY));

  const exported = await unclip(['export', 'copy.json'], { cwd: folder });
  await unclip(['export', 'copy.json', '--out', 'exported.json'], { cwd: folder });
  const generated = await unclip(['gen', 'copy.json'], { cwd: folder });

  expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(readFileSync(join(folder, 'exported.json'), 'utf8')));
  const [, literal = ''] = /^const WORKFLOW = (\{.*\}) as Workflow;$/ms.exec(generated.stdout) ?? [];
  expect(JSON.parse(literal).nodes.words.params.prompt).toBe(`A prompt ${EVIL}`);
});

test('a bar, which moves the cursor itself, shows titles like lines do', async () => {
  const folder = folderWith(formatWorkflow(COPY));
  const { io, printed } = createTestIo({ cwd: folder });
  const evil = `Draw ${EVIL}`;
  const workflow = fileURLToPath(new URL('../../../workflows/image-variations.json', import.meta.url));
  const titled = JSON.parse(readFileSync(workflow, 'utf8'));
  titled.nodes.sample.title = evil;
  Object.assign(titled.nodes.sample.params, { steps: 2, count: 1 });
  writeFileSync(join(folder, 'titled.json'), JSON.stringify(titled));

  const code = await main(['run', 'titled.json'], {
    ...io,
    stderr: Object.assign(io.stderr, { isTTY: true, columns: 200 }),
  });

  expect(code, printed().stderr).toBe(0);
  expect(printed().stderr).toContain('step 1 of 2');
  expect(printed().stderr).toContain(VISIBLE);
  expect(printed().stderr).not.toContain('\u001b]0;owned');
});

function at(id: string): Workflow['nodes'][string] {
  return COPY.nodes[id] as Workflow['nodes'][string];
}

function folderWith(workflow: string): string {
  const folder = tempFolder();
  copyFileSync(IMAGE, join(folder, 'cat.png'));
  writeFileSync(join(folder, 'copy.json'), workflow);
  return folder;
}
