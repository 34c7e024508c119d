import {
  compareVersions,
  createCatalog,
  migrateNodes,
  type NodeMigration,
  readWorkflow,
  type Workflow,
  withPackageVersions,
} from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';

const workflow = (more: object): Workflow => {
  const read = readWorkflow({ format: 'unclip-workflow', version: 1, ...more });
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics));
  return read.value;
};
const catalogWith = (version: string, ...migrations: readonly NodeMigration[]) =>
  createCatalog([], [{ name: 'mine', version, migrations }]);

const old = workflow({
  plugins: { mine: '1.0.0' },
  nodes: {
    photo: { type: 'LoadImage' },
    do: { type: 'mine/Do', inputs: { image: 'photo.image' }, params: { amount: 2, mode: 'fast', junk: 1 } },
    save: { type: 'SaveImage', inputs: { image: 'do.image' } },
    other: { type: 'other/Do', params: { amount: 2 } },
  },
  inputs: { strength: { to: ['do.amount', 'other.amount'] } },
  subgraphs: {
    part: {
      nodes: { do: { type: 'mine/Do' }, next: { type: 'mine/Do', inputs: { image: 'do.image' } } },
      inputs: { image: { type: 'image', to: ['do.image'] } },
      outputs: { image: 'next.image' },
      params: { amount: 'do.amount' },
    },
  },
});

test('nodes of an older version get the form of the one that is here, with all that names them', () => {
  const catalog = catalogWith(
    '3.0.0',
    // Out of order on purpose.
    { version: '3.0.0', type: 'Redo', renameParams: { strength: 'power' } },
    {
      version: '2.0.0',
      type: 'Do',
      renameType: 'Redo',
      renameInputs: { image: 'source' },
      renameOutputs: { image: 'result' },
      renameParams: { amount: 'strength' },
      renameValues: { mode: { fast: 'quick' } },
      setParams: { soft: true, strength: 9 },
      removeParams: ['junk'],
    },
  );

  const migrated = migrateNodes(old, catalog);

  expect(migrated).toMatchObject({
    plugins: { mine: '3.0.0' },
    inputs: { strength: { to: ['do.power', 'other.amount'] } },
    subgraphs: {
      part: {
        nodes: { next: { type: 'mine/Redo', inputs: { source: 'do.result' } } },
        inputs: { image: { type: 'image', to: ['do.source'] } },
        outputs: { image: 'next.result' },
        params: { amount: 'do.power' },
      },
    },
  });
  expect(migrated.nodes).toEqual({
    photo: old.nodes['photo'],
    do: {
      type: 'mine/Redo',
      inputs: { source: 'photo.image' },
      params: { power: 2, mode: 'quick', soft: true },
    },
    save: { type: 'SaveImage', inputs: { image: 'do.result' } },
    other: old.nodes['other'],
  });
  expect(migrateNodes(migrated, catalog)).toBe(migrated);
});

test('nodes stay unchanged if the version is missing, not older, or not installed', () => {
  const migration: NodeMigration = { version: '2.0.0', type: 'Do', renameParams: { amount: 'strength' } };
  const { plugins: _, ...unsaid } = old;

  for (const [one, catalog] of [
    [unsaid as Workflow, catalogWith('2.0.0', migration)],
    [{ ...old, plugins: { mine: '2.0.0' } }, catalogWith('2.0.0', migration)],
    [{ ...old, plugins: { mine: '2.0.0-beta.1' } }, catalogWith('2.0.0-alpha.1', migration)],
    [old, createCatalog([])],
  ] as const) {
    expect(migrateNodes(one, catalog)).toBe(one);
  }
});

test('a workflow is saved with the versions of the packages that it uses, and of no others', () => {
  const { plugins: _, ...unsaid } = old;
  const plain = workflow({ nodes: { photo: { type: 'LoadImage' } } });

  expect(withPackageVersions(unsaid as Workflow, catalogWith('1.2.0')).plugins).toEqual({ mine: '1.2.0' });
  expect(
    withPackageVersions({ ...old, plugins: { mine: '9.0.0', other: '2.0.0', gone: '1.0.0' } }, catalogWith('1.2.0'))
      .plugins,
  ).toEqual({
    mine: '9.0.0',
    other: '2.0.0',
  });
  expect(withPackageVersions(plain, catalogWith('1.2.0'))).toBe(plain);
});

test.each(['mine', { mine: 1 }, { mine: '../..' }, { mine: 'latest' }])('"plugins" cannot be %j', (plugins) => {
  const read = readWorkflow({ format: 'unclip-workflow', version: 1, plugins, nodes: {} });

  expect(read).toMatchObject({ ok: false, diagnostics: [{ code: 'wrong-shape', at: '"plugins"' }] });
});

test('versions are sorted by their numbers, and those before a release come before it', () => {
  const sorted = ['1.2.0-alpha', '1.2.0-beta', '1.2.0', '1.10.0', '2.0.0+build'];

  expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
});

test('a number that a version lacks counts as 0, whichever side lacks it', () => {
  expect(compareVersions('13.1', '13.1.2')).toBeLessThan(0);
  expect(compareVersions('13.1.2', '13.1')).toBeGreaterThan(0);
  expect(compareVersions('13.1', '13.1.0')).toBe(0);
});
