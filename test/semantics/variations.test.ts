import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { readPicture } from '../support/read-picture.js';
import { SCENES } from '../support/semantics.js';
import { expectVariationsKeepMeaning } from '../support/semantics-expectations.js';
import { tempFolder } from '../support/temp-folder.js';
import { REPOSITORY, variationMaker } from '../support/variations.js';

test('variations keep the colours of their input at noise level 0, and show the prompt’s at 1000', () =>
  expectVariationsKeepMeaning(2));

test('the measure reads the colours of the example pictures themselves', async () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    const bytes = readFileSync(join(REPOSITORY, 'workflows/images', name));

    expect({ name, ...readPicture(await decodeImage(bytes, name)) }).toEqual({ name, ...scene });
  }
});

test('the same seed gives the same bytes, another seed another picture', async () => {
  const folder = tempFolder();
  const maker = variationMaker(folder);
  onTestFinished(() => maker.close());
  const once = await maker.make({ 'noise.seed': 5, 'sample.count': 1 });
  const other = await maker.make({ 'noise.seed': 6, 'sample.count': 1 });
  // A maker of its own: nothing is taken from the first one's cache.
  const second = variationMaker(folder);
  const again = await second.make({ 'noise.seed': 5, 'sample.count': 1 });
  await second.close();

  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});
