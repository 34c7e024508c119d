import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { decodeImage } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const IMAGES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));

/** A subgraph that resizes and saves, used twice, and a sweep over a size inside the first one. */
const WORKFLOW: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    small: { type: 'subgraph:shrink', inputs: { in: 'photo.image' } },
    tiny: { type: 'subgraph:shrink', inputs: { in: 'photo.image' }, params: { width: 4 } },
    sweep: { type: 'Sweep', inputs: { image: 'small.out' }, params: { x: 'small.width', xValues: '2, 6' } },
    save: { type: 'SaveImage', inputs: { image: 'sweep.image' }, params: { name: 'sweep' } },
  },
  subgraphs: {
    shrink: {
      nodes: {
        resize: { type: 'ImageResize', params: { width: 8, height: 8 } },
        save: { type: 'SaveImage', inputs: { image: 'resize.image' }, params: { name: 'one' } },
      },
      inputs: { in: { type: 'image', to: ['resize.image'] } },
      outputs: { out: 'resize.image' },
      params: { width: 'resize.width' },
    },
  },
};

function folderWith(workflow: Workflow = WORKFLOW): string {
  const folder = tempFolder();
  copyFileSync(join(IMAGES, 'rgb.png'), join(folder, 'cat.png'));
  writeFileSync(join(folder, 'w.json'), formatWorkflow(workflow));
  return folder;
}

test('a run shows nodes of subgraphs and cells of sweeps by where they are in the file', async () => {
  const folder = folderWith();

  const { code, stdout, stderr } = await unclip(['run', 'w.json', '--out', '.'], { cwd: folder });

  expect(code, stderr).toBe(0);
  expect(stdout.split('\n').sort()).toEqual(['', 'one-0001.png', 'one-0002.png', 'sweep-0001.png']);
  expect(stderr).toContain('small/resize (ImageResize), 2 of 2: ');
  expect(stderr).toContain('tiny/save (SaveImage): ');
  const widths = [];
  for (const name of ['one-0001.png', 'one-0002.png']) {
    widths.push((await decodeImage(readFileSync(join(folder, name)), name)).width);
  }
  expect(widths.sort()).toEqual([4, 8]);
});

test('receipts of expanded nodes can be verified, and images of them explained', async () => {
  const folder = folderWith();
  await unclip(['run', 'w.json', '--out', '.'], { cwd: folder });

  const sweep = await unclip(['verify', 'sweep-0001.png'], { cwd: folder });
  const one = await unclip(['verify', 'one-0002.png'], { cwd: folder });
  const explained = await unclip(['explain', 'one-0001.png', 'one-0002.png'], { cwd: folder });

  for (const { code, stdout } of [sweep, one]) {
    expect(code).toBe(0);
    expect(stdout).toContain('ok     The workflow inside the image matches the receipt.');
    expect(stdout).not.toContain('WRONG');
  }
  expect(explained.stdout).toMatch(
    /They part at (small|tiny)\/resize in A, (small|tiny)\/resize in B \(ImageResize\), width: /,
  );
});

test('--set and lists reach what a subgraph lets be set; check, nodes and diff know subgraphs and inputs', async () => {
  const folder = folderWith({ ...WORKFLOW, inputs: { size: { to: ['tiny.width'], label: 'Size' } } });
  writeFileSync(
    join(folder, 'other.json'),
    formatWorkflow({
      ...WORKFLOW,
      subgraphs: {
        shrink: {
          ...(WORKFLOW.subgraphs?.['shrink'] as NonNullable<Workflow['subgraphs']>[string]),
          params: { width: 'resize.height' },
        },
      },
    }),
  );

  const run = await unclip(['run', 'w.json', '--target', 'tiny', '--set', 'tiny.width=3,5', '--out', 'out'], {
    cwd: folder,
  });
  const check = await unclip(['check', 'w.json'], { cwd: folder });
  const nodes = await unclip(['nodes', 'w.json'], { cwd: folder });
  const diff = await unclip(['diff', 'w.json', 'other.json'], { cwd: folder });

  expect([run.code, run.stdout]).toEqual([0, 'out/one-width3-0001.png\nout/one-width5-0001.png\n']);
  expect(check.stdout).toBe('"w.json" is valid: 5 nodes, which run as 9.\nInput size (Size): 4 (0 to 16384 px)\n');
  expect(nodes.stdout).toMatch(
    /^subgraph:shrink \(in: image\) -> out: image\n {2}A subgraph of 2 nodes\.\n {2}width = 8 /,
  );
  expect(diff.stdout.trimEnd().split('\n')).toEqual([
    '~ workflow (input), size: {"label":"Size","to":["tiny.width"]} -> nothing',
    '~ subgraph shrink (params), width: "resize.width" -> "resize.height"',
  ]);
});

test('gen makes settings of the inputs, in place of the params that they set', async () => {
  const folder = folderWith({ ...WORKFLOW, inputs: { size: { to: ['tiny.width'], label: 'Size' } } });

  const { code, stdout } = await unclip(['gen', 'w.json'], { cwd: folder });

  const settings = /export interface WSettings \{\n([^}]*)\}/.exec(stdout)?.[1] ?? '';
  expect(code).toBe(0);
  expect([...settings.matchAll(/readonly (\w+)\?: (\w+)/g)].map(([, name, type]) => `${name}: ${type}`)).toEqual([
    'size: number',
    'photo: string',
    'width: number',
    ...['x', 'xValues', 'y', 'yValues'].map((name) => `${name}: string`),
  ]);
  expect(stdout).toContain('"size": settings.size,');
  expect(stdout).toContain('"small.width": settings.width,');
});

test('images of different sizes in one list are reported with both sizes', async () => {
  const folder = folderWith({
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photos: { type: 'LoadImages', params: { images: 'cat.png\nturned.jpg' } },
      save: { type: 'SaveImage', inputs: { image: 'photos.image' } },
    },
  });
  copyFileSync(join(IMAGES, '1x1.png'), join(folder, 'turned.jpg'));

  const unlike = await unclip(['run', 'w.json'], { cwd: folder });
  copyFileSync(join(folder, 'cat.png'), join(folder, 'turned.jpg'));
  const alike = await unclip(['run', 'w.json'], { cwd: folder });

  expect([unlike.code, unlike.stderr]).toEqual([
    1,
    expect.stringContaining('the first one is 13 x 9 px, number 2 is 1 x 1 px. What goes through the graph together'),
  ]);
  const folder2 = await unclip(['run', 'w.json', '--set', 'photos.images=*.[pj]*g', '--out', 'all'], { cwd: folder });

  expect([folder2.code, folder2.stdout]).toEqual([0, 'all/picture-0001.png\nall/picture-0002.png\n']);
  expect([alike.code, alike.stdout.trimEnd().split('\n')]).toEqual([0, expect.objectContaining({ length: 2 })]);
});
