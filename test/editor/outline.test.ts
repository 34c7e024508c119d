import { outlineRows, partnersOf } from '@unclip-studio/editor/a11y';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH } from './support/rig.js';

test('nodes come after everything they read, regardless of their order in the file', () => {
  const document = documentOf(Object.fromEntries(Object.entries(IMAGE_PATH).reverse()));

  const rows = outlineRows(document, catalog, () => false);

  const order = rows.map(({ node }) => node);
  expect(order.indexOf('embed')).toBeGreaterThan(order.indexOf('model'));
  expect(order.indexOf('embed')).toBeGreaterThan(order.indexOf('photo'));
  expect(order.at(-1)).toBe('noise');
});

test('an open node shows its ports, and what is at their other ends', () => {
  const rows = outlineRows(documentOf(IMAGE_PATH), catalog, (node) => node === 'embed');

  const ports = rows.filter((row) => row.kind === 'port').map(({ side, name, others }) => [side, name, ...others]);
  expect(ports).toEqual([
    ['input', 'vision', 'model.vision'],
    ['input', 'image', 'photo.image'],
    ['output', 'embed', 'noise.embed'],
  ]);
});

test('nodes in a circle are shown too', () => {
  const circle = documentOf({
    a: { type: 'NoiseAugment', inputs: { embed: 'b.condition' } },
    b: { type: 'NoiseAugment', inputs: { embed: 'a.condition' } },
  });

  expect(outlineRows(circle, catalog, () => false)).toHaveLength(2);
});

test('unconnected ports are offered before connected ones', () => {
  const document = documentOf({ ...IMAGE_PATH, second: { type: 'CLIPImageEmbed' } });

  const partners = partnersOf(document, catalog, { node: 'photo', side: 'output', name: 'image' });

  const named = partners.map(({ port, isTaken }) => [`${port.node}.${port.name}`, isTaken]);
  expect(named).toEqual([
    ['second.image', false],
    ['embed.image', true],
  ]);
});
