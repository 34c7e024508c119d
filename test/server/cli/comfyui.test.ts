import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { encodeImageFile, encodePng } from '@unclip-studio/server';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { UNCLIP_2PASS, UNCLIP_MULTIPLE, uiFile } from '../../comfyui/ui-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const IMAGE = { width: 2, height: 2, data: new Uint8Array(12) };
const PAGE = JSON.stringify(uiFile(UNCLIP_2PASS));

describe('unclip import', () => {
  test('writes the workflow, and says of each node what became of it', async () => {
    const folder = folderWith('twopass.json', PAGE);

    const { code, stdout, stderr } = await unclip(['import', 'twopass.json', '--out', 'mine.json'], { cwd: folder });

    const written = parseWorkflow(readFileSync(join(folder, 'mine.json'), 'utf8'));
    expect([code, stdout, written.ok && written.value.title]).toEqual([0, '', 'twopass']);
    expect(stderr).toContain('same     unCLIPCheckpointLoader (32) -> model_32\n');
    expect(stderr).toContain('MISSING  GLIGENLoader (51) -> GLIGENLoader_51. GLIGEN boxes are not supported.');
    expect(stderr).toContain('17 of 18 nodes have a counterpart; a placeholder keeps what the others said.');
  });

  test('reads what ComfyUI wrote into a PNG or a WebP, with --json as one object', async () => {
    const folder = folderWith('a.png', await encodePng(IMAGE, { prompt: '{}', workflow: PAGE }));
    const webp = await sharp(IMAGE.data, { raw: { width: 2, height: 2, channels: 3 } })
      .webp()
      .withExif({ IFD0: { Make: `workflow:${PAGE}` } })
      .toBuffer();
    writeFileSync(join(folder, 'a.webp'), webp);

    for (const file of ['a.png', 'a.webp']) {
      const { code, stdout, stderr } = await unclip(['import', file, '--json'], { cwd: folder });
      const { workflow, report } = JSON.parse(stdout);

      expect([file, code, stderr, report.format]).toEqual([file, 0, '', 'ui']);
      expect(Object.keys(workflow.nodes)).toContain('sample_55');
    }
  });

  test('two images that guide at once run on the bundled model, once its name and the images are chosen', async () => {
    const folder = folderWith('two.json', JSON.stringify(uiFile(UNCLIP_MULTIPLE)));
    await unclip(['import', 'two.json', '--out', 'mine.json'], { cwd: folder });
    const settings = {
      'model_32.checkpoint': 'emoji-unclip',
      'photo_34.image': 'red-heart.png',
      'photo_40.image': 'blue-star.png',
      'sample_3.width': '64',
      'sample_3.height': '64',
      'sample_3.steps': '3',
    };
    const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);

    const { code, stdout, stderr } = await unclip(['run', 'mine.json', ...set], { cwd: folder });

    expect([code, stdout], stderr).toEqual([0, `${join('output', 'ComfyUI-0001.png')}\n`]);
  });

  test('refuses what is none, and replaces no file', async () => {
    const folder = folderWith('none.json', '{"steps": 20}');
    writeFileSync(join(folder, 'ours.json'), '{"format": "unclip-workflow"}');
    writeFileSync(join(folder, 'latin.json'), Buffer.from('{"name": "caf\xe9"}', 'latin1'));
    writeFileSync(join(folder, 'half.png'), await encodePng(IMAGE, { workflow: PAGE.slice(0, 1000) }));
    writeFileSync(join(folder, 'page.json'), PAGE);
    writeFileSync(join(folder, 'plain.webp'), (await encodeImageFile(IMAGE, { format: 'webp', text: {} })).bytes);

    const none = await unclip(['import', 'none.json'], { cwd: folder });
    const plain = await unclip(['import', 'plain.webp'], { cwd: folder });
    const others = await Promise.all(
      ['ours.json', 'latin.json', 'half.png'].map((file) => unclip(['import', file], { cwd: folder })),
    );
    const taken = await unclip(['import', 'page.json', '--out', 'none.json'], { cwd: folder });

    expect([none.code, plain.code, taken.code]).toEqual([2, 2, 2]);
    expect(none.stderr).toContain('"none.json": It is not a ComfyUI workflow: expected "nodes" and "links"');
    expect(plain.stderr).toContain('"plain.webp" is an image that contains no ComfyUI workflow.');
    expect(taken.stderr).toContain('"none.json" is there already.');
    expect(others.map(({ code, stderr }) => [code, stderr])).toEqual([
      [2, '"ours.json": It is a workflow of unclip-studio already. Open it as it is.\n'],
      [2, '"latin.json" is neither text in UTF-8 or UTF-16 nor an image. Name a workflow of ComfyUI.\n'],
      [2, expect.stringContaining('The workflow in "half.png": It is not JSON: line 1, column ')],
    ]);
  });
});

test.each([
  [0, 'It has no nodes.'],
  [1, 'Its node has a counterpart.'],
  [2, 'All 2 nodes have a counterpart.'],
])('unclip import counts %i nodes in its message', async (count, words) => {
  const nodes = Array.from({ length: count }, (_, id) => ({ id, type: 'LoadImage', widgets_values: ['a.png'] }));
  const folder = folderWith('page.json', JSON.stringify({ nodes, links: [] }));

  const { stderr } = await unclip(['import', 'page.json'], { cwd: folder });

  expect(stderr.trim().split('\n').at(-1)).toBe(words);
});

test('unclip run says how to import a workflow of ComfyUI, also from its image', async () => {
  const folder = folderWith('page.json', PAGE);
  writeFileSync(join(folder, 'a.png'), await encodePng(IMAGE, { workflow: PAGE }));

  const page = await unclip(['run', 'page.json'], { cwd: folder });
  const image = await unclip(['run', 'a.png'], { cwd: folder });

  expect([page.code, image.code]).toEqual([2, 2]);
  expect(page.stderr).toContain('unclip import page.json --out my-workflow.json');
  expect(image.stderr).toContain('unclip import a.png --out my-workflow.json');
});

test('unclip export says a workflow in the API format, and what is left out', async () => {
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'cat.png' } },
      grid: { type: 'ImageGrid', inputs: { image: 'photo.image' } },
      save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'mine' } },
    },
  };
  const folder = folderWith('mine.json', JSON.stringify(workflow));

  const { code, stdout, stderr } = await unclip(['export', 'mine.json'], { cwd: folder });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    '1': { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
    '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'mine', images: ['1', 0] } },
  });
  expect(stderr).toBe('Left out: grid. ComfyUI has no node like ImageGrid.\n');
});

function folderWith(name: string, bytes: string | Uint8Array): string {
  const folder = tempFolder();
  writeFileSync(join(folder, name), bytes);
  return folder;
}
