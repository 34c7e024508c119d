import { createHash } from 'node:crypto';
import type { FingerprintEnvironment, Workflow } from '@unclip-studio/graph-core';
import { createPreparedRuns, loadCatalog, prepareRun } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { devChain, runServiceRig } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const catalog = loadCatalog({ devNodes: true });

test('a workflow that several parts of a process ask for is written out, hashed and planned once', async () => {
  const runs = createPreparedRuns(() => catalog);
  const workflow = devChain(20);

  await runs.prepareInTurns(runs.toText(workflow), []);
  const text = runs.toText(workflow);
  const run = runs.prepare(text, []);

  expect(runs.prepare(text, [])).toBe(run);
  expect(runs.imageNames(text, [])).toEqual([]);
  expect(runs.toWorkflow(text)).toBe(workflow);
  expect(runs.counts).toEqual({ parsed: 0, hashed: 1, planned: 1 });
});

test('a workflow that comes as text is read and planned once, and never hashed', () => {
  const text = createPreparedRuns(() => catalog).toText(devChain(20));
  const runs = createPreparedRuns(() => catalog);

  runs.prepare(text, []);
  runs.prepare({ ...text }, []);
  expect(runs.toText(runs.toWorkflow(text))).toEqual(text);

  expect(runs.counts).toEqual({ parsed: 1, hashed: 0, planned: 1 });
});

test('other targets are another plan of the same text', () => {
  const runs = createPreparedRuns(() => catalog);
  const text = runs.toText(devChain(20));

  const whole = runs.prepare(text, []);
  const part = runs.prepare(text, ['n3']);

  expect([whole, part].map(({ plan }) => plan.ok && plan.value.nodes.length)).toEqual([20, 4]);
  expect(runs.counts).toEqual({ parsed: 0, hashed: 1, planned: 2 });
});

test('a forecast and two runs of one workflow cost the server one plan and no second reading', async () => {
  const rig = await runServiceRig(tempFolder());
  onTestFinished(rig.close);
  const workflow = devChain(20);

  await rig.service.prepare(workflow);
  await rig.service.forecast(workflow);
  await rig.until(rig.service.enqueue({ workflow }).id, 'succeeded');
  await rig.until(rig.service.enqueue({ workflow }).id, 'succeeded');

  expect(rig.service.figures().workflows).toEqual({ parsed: 0, hashed: 1, planned: 1 });
});

test('fingerprints are hashed again only when the content of a file has changed', async () => {
  const { environment, contents, hashes } = countingEnvironment({ 'a.png': 'one', 'b.png': 'one' });
  const run = prepareRun(twoImages('a.png', 'b.png'), catalog);

  const first = await run.fingerprint(environment);
  const hashed = hashes();
  const second = await run.fingerprint(environment);
  expect(second).toEqual(first);
  expect(hashes()).toBe(hashed);

  contents.set('b.png', 'two');
  const third = await run.fingerprint(environment);
  expect(hashes()).toBe(2 * hashed);
  expect(third).toEqual(await prepareRun(twoImages('a.png', 'b.png'), catalog).fingerprint(environment));
  expect(third).not.toEqual(first);
});

test('a missing file is reported although its fingerprint is known', async () => {
  const { environment, contents } = countingEnvironment({ 'a.png': 'one', 'b.png': 'two' });
  const run = prepareRun(twoImages('a.png', 'b.png'), catalog);
  expect((await run.fingerprint(environment)).ok).toBe(true);

  contents.delete('b.png');

  const again = await run.fingerprint(environment);
  expect(again).toMatchObject({ ok: false, diagnostics: [{ code: 'file-problem', node: 'b' }] });
});

test('targets in addition to the usual ones are planned together', () => {
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      ...devChain(3).nodes,
      save: { type: 'DevSave', inputs: { value: 'n0.value' } },
    },
  };

  const { plan } = prepareRun(workflow, catalog, { also: ['n1', 'save'] });

  if (!plan.ok) throw new Error('the workflow is sound');
  const { nodes, targets } = plan.value;
  expect(nodes.map(({ id }) => id)).toEqual(['n0', 'save', 'n1']);
  expect(targets.map((index) => nodes[index]?.id)).toEqual(['save', 'n1']);
});

function twoImages(a: string, b: string): Workflow {
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      a: { type: 'LoadImage', params: { image: a } },
      b: { type: 'LoadImage', params: { image: b } },
      saveA: { type: 'SaveImage', inputs: { image: 'a.image' } },
      saveB: { type: 'SaveImage', inputs: { image: 'b.image' } },
    },
  };
}

function countingEnvironment(files: Readonly<Record<string, string>>) {
  const contents = new Map(Object.entries(files));
  let count = 0;
  const environment: FingerprintEnvironment = {
    hash(text) {
      count++;
      return createHash('sha256').update(text).digest('hex');
    },
    async identify(_, name) {
      const content = contents.get(name);
      if (content === undefined) throw new Error('There is no such file.');
      return content;
    },
  };
  return { environment, contents, hashes: () => count };
}
