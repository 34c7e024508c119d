import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@unclip-studio/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPicture } from '../support/read-picture.js';
import { measureSemantics, SCENES, type Semantics } from '../support/semantics.js';
import { REPOSITORY, type VariationMaker, variationMaker } from '../support/variations.js';

let folder: string;
let maker: VariationMaker;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclip-semantics-'));
  maker = variationMaker(folder);
});

afterAll(async () => {
  await maker.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('variations by the bundled model', () => {
  let found: Semantics;

  beforeAll(async () => {
    found = await measureSemantics(maker, 8);
  });

  test('keep the colours of the picture at noise level 0, far more often than at 1000', () => {
    expect(found.kept0.ground).toBeGreaterThan(0.85);
    expect(found.kept0.object).toBeGreaterThan(0.6);
    expect(found.kept0.ground - found.kept1000.ground).toBeGreaterThan(0.5);
    expect(found.kept0.object - found.kept1000.object).toBeGreaterThan(0.35);
  });

  test('show what the prompt says at noise level 1000', () => {
    expect(found.prompted1000.ground).toBeGreaterThan(0.85);
    expect(found.prompted1000.object).toBeGreaterThan(0.6);
    expect(found.prompted1000.ground - found.kept1000.ground).toBeGreaterThan(0.5);
  });
});

test('the measure reads the colours of the example pictures themselves', async () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    const bytes = readFileSync(join(REPOSITORY, 'workflows/images', name));

    expect({ name, ...readPicture(await decodeImage(bytes, name)) }).toEqual({ name, ...scene });
  }
});

test('the same seed gives the same bytes, another seed another picture', async () => {
  const once = await maker.make({ 'noise.seed': 5, 'sample.count': 1 });
  const other = await maker.make({ 'noise.seed': 6, 'sample.count': 1 });
  // A maker of its own: nothing is taken from the first one's cache.
  const second = variationMaker(folder);
  const again = await second.make({ 'noise.seed': 5, 'sample.count': 1 });
  await second.close();

  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});
