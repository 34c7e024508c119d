import { createLocalDates, parseGalleryQuery, toSqlFilter } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { insertRun, storeRig } from '../../support/store-rig.js';

interface Made {
  readonly name: string;
  readonly models: readonly string[];
  readonly madeMs: number;
}

async function galleryOf(made: readonly Made[]) {
  const store = await storeRig();
  for (const [i, { name, madeMs }] of made.entries()) {
    const id = `run${i}`;
    insertRun(store, id);
    store.runs.claimNext(0);
    const receipt = { nodeType: 'SaveImage', nodeVersion: 1, fingerprint: id };
    const size = { widthPx: 1, heightPx: 1, sizeBytes: 1, mediaType: 'image/png', temporary: false };
    store.outputs.record(id, [{ node: 'save', index: 0, sha256: id, name, ...size, receipt }], madeMs);
  }
  for (const image of store.gallery.toIndex(made.length)) {
    const { models = [] } = made[Number(image.sha256.slice(3))] ?? {};
    store.gallery.index(image, { prompt: '', negativePrompt: '', models, params: [] });
  }
  return store;
}

test('images are counted by checkpoint, whatever their files are called, and found by its whole name', async () => {
  const { gallery } = await galleryOf([
    { name: 'cat.png', models: ['sd'], madeMs: 0 },
    { name: 'dog.png', models: ['sd'], madeMs: 0 },
    { name: 'cat.png', models: ['sd-xl', 'karlo'], madeMs: 0 },
  ]);
  const count = (query: string) => gallery.count(toSqlFilter(parseGalleryQuery(query, [])), 1e9);

  expect(gallery.facets(() => []).models).toEqual([
    { name: 'sd', count: 2 },
    { name: 'karlo', count: 1 },
    { name: 'sd-xl', count: 1 },
  ]);
  expect([count('model="sd"'), count('model=karlo'), count('model:sd'), count('-model=sd')]).toEqual([2, 1, 3, 1]);
});

test('months use the client’s time zone', async () => {
  const { gallery } = await galleryOf([
    { name: 'a.png', models: [], madeMs: Date.UTC(2025, 11, 31, 22, 59) },
    { name: 'b.png', models: [], madeMs: Date.UTC(2025, 11, 31, 23) },
    { name: 'c.png', models: [], madeMs: Date.UTC(2026, 1, 3) },
  ]);

  expect(gallery.facets(createLocalDates('Europe/Berlin').monthsBetween).months).toEqual([
    { month: '2026-02', count: 1 },
    { month: '2026-01', count: 1 },
    { month: '2025-12', count: 1 },
  ]);
  expect(gallery.facets(createLocalDates('UTC').monthsBetween).months[1]).toEqual({ month: '2025-12', count: 2 });
});
