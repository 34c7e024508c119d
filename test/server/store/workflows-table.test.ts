import { RevisionConflict } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { storeRig } from '../../support/store-rig.js';

const first = { name: 'cats', baseRevision: 0, title: 'Cats', json: '{"v":1}' };

test('a saved workflow is read back with its revision and time', async () => {
  const { workflows } = await storeRig();

  const saved = workflows.save({ ...first, thumbnail: 'ab' }, 1000);

  expect(saved).toEqual({
    name: 'cats',
    revision: 1,
    title: 'Cats',
    thumbnail: 'ab',
    savedAt: '1970-01-01T00:00:01.000Z',
  });
  expect(workflows.read('cats')).toEqual({ ...saved, json: '{"v":1}' });
  expect(workflows.read('dogs')).toBeUndefined();
});

test('a save on an old base is refused with the newest revision, and nothing is saved', async () => {
  const { workflows } = await storeRig();
  workflows.save(first, 0);
  workflows.save({ ...first, baseRevision: 1, json: '{"v":2}' }, 0);

  const act = () => workflows.save({ ...first, baseRevision: 1, json: '{"v":3}' }, 0);

  expect(act).toThrow(RevisionConflict);
  expect(act).toThrow(expect.objectContaining({ currentRevision: 2 }));
  expect(() => workflows.save(first, 0)).toThrow(RevisionConflict);
  expect(workflows.read('cats')?.json).toBe('{"v":2}');
});

test('an earlier state can be read and restored as the newest one', async () => {
  const { workflows } = await storeRig();
  workflows.save(first, 0);
  workflows.save({ ...first, baseRevision: 1, title: 'More cats', json: '{"v":2}' }, 0);

  const restored = workflows.restore('cats', 1, 2, 0);

  expect(restored).toMatchObject({ revision: 3, title: 'Cats' });
  expect(workflows.read('cats')?.json).toBe('{"v":1}');
  expect(workflows.versions('cats').map(({ revision, title }) => [revision, title])).toEqual([
    [3, 'Cats'],
    [2, 'More cats'],
    [1, 'Cats'],
  ]);
  expect(workflows.restore('cats', 9, 3, 0)).toBeUndefined();
});

test('a deleted workflow leaves the list, and its states stay to be restored', async () => {
  const { workflows } = await storeRig();
  workflows.save(first, 0);
  workflows.save({ ...first, name: 'dogs' }, 1);

  expect(() => workflows.delete('cats', 7)).toThrow(RevisionConflict);
  expect(workflows.delete('cats', 1)).toBe(true);

  expect(workflows.delete('cats')).toBe(false);
  expect(workflows.list().map(({ name }) => name)).toEqual(['dogs']);
  expect(workflows.read('cats')).toBeUndefined();
  expect(workflows.restore('cats', 1, 0, 0)).toMatchObject({ revision: 2 });
  expect(workflows.list()).toHaveLength(2);
});
