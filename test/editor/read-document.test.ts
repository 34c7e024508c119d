import { readFileSync } from 'node:fs';
import { readDocument, withSeedsFixed } from '@unclip-studio/editor/document';
import { formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { documentOf } from './support/rig.js';

test('an example workflow goes through the editor without a byte of difference', () => {
  const text = readFileSync(new URL('../../workflows/image-variations.json', import.meta.url), 'utf8');
  const parsed = parseWorkflow(text);
  if (!parsed.ok) throw new Error('the example cannot be read');

  expect(formatWorkflow(readDocument(parsed.value))).toBe(text);
});

test('nodes without a place get one, each right of what it reads', () => {
  const { layout } = documentOf({
    last: { type: 'SaveImage', inputs: { image: 'first.image' } },
    first: { type: 'LoadImage' },
  });

  expect(layout.nodes['last']?.x).toBeGreaterThan(layout.nodes['first']?.x ?? Number.POSITIVE_INFINITY);
});

test('of nodes without a place, those in the same row read each other', () => {
  const { layout } = documentOf({
    text: { type: 'TextEncode' },
    later: { type: 'VAEDecode', inputs: { latent: 'second.latent' } },
    sooner: { type: 'VAEDecode', inputs: { latent: 'first.latent' } },
    first: { type: 'UNetSample', inputs: { prompt: 'text.conditioning' } },
    second: { type: 'UNetSample', inputs: { prompt: 'text.conditioning' } },
  });

  const rows = Object.fromEntries(Object.entries(layout.nodes).map(([id, { y }]) => [id, y]));
  expect(rows['second']).toBeGreaterThan(rows['first'] ?? Number.POSITIVE_INFINITY);
  expect(rows).toMatchObject({ sooner: rows['first'], later: rows['second'] });
});

test('nodes that read each other in a circle get places, too', () => {
  const { layout } = documentOf({
    a: { type: 'Odd', inputs: { x: 'b.y' } },
    b: { type: 'Odd', inputs: { x: 'a.y' } },
  });

  expect(Object.keys(layout.nodes)).toEqual(['a', 'b']);
});

test('unreadable looks are dropped, and unknown ones are kept', () => {
  const layout = {
    nodes: { photo: { x: 'left', y: 0 } },
    frames: [{ id: 'f' }, { id: 'g', title: 'Group', x: 0, y: 0, width: 1, height: 1, glow: true }],
    notes: 'none',
    future: { keeps: 'this' },
  };

  const read = documentOf({ photo: { type: 'LoadImage' } }, layout);

  expect(read.layout.frames).toEqual([{ id: 'g', title: 'Group', x: 0, y: 0, width: 1, height: 1, glow: true }]);
  expect(read.layout.notes).toEqual([]);
  expect(read.layout).toMatchObject({ future: { keeps: 'this' } });
  expect(read.layout.nodes['photo']).toEqual({ x: 0, y: 0 });
});

test('the workflow of an image keeps its seeds, regardless of their modes, also inside subgraphs', () => {
  const looks = { noise: { x: 1, y: 2, seeds: { seed: 'random' } }, odd: 'looks' };
  const workflow = {
    ...documentOf({ noise: { type: 'NoiseAugment', params: { seed: 7 } } }),
    layout: { nodes: looks, future: 1 },
    subgraphs: { part: { nodes: {}, layout: { nodes: looks } }, bare: { nodes: {} } },
  };

  const fixed = withSeedsFixed(workflow);

  const fixedLooks = { noise: { x: 1, y: 2 }, odd: 'looks' };
  expect(fixed.layout).toEqual({ nodes: fixedLooks, future: 1 });
  expect(fixed.subgraphs).toEqual({ part: { nodes: {}, layout: { nodes: fixedLooks } }, bare: { nodes: {} } });
  expect(fixed.nodes).toBe(workflow.nodes);
});
