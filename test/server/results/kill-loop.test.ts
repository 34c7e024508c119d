import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@unclip-studio/graph-core';
import { expect, onTestFinished, test } from 'vitest';
import { bundledWorkflow } from '../../support/kept-run.js';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { type RigSettings, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclipProcess } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const WORKFLOW = join(REPOSITORY, 'workflows/image-variations.json');
const STEPS = 14;

// The scheduler here remembers earlier steps; the one below draws noise at each.
if (IS_LONG_SUITE) {
  test('a command killed again and again during sampling ends with the bytes of an undisturbed one', async () => {
    const folder = tempFolder();
    const settings = [
      '--set',
      `sample.steps=${STEPS}`,
      '--set',
      'sample.scheduler=dpmpp-2m',
      '--set',
      'sample.count=1',
    ];
    const run = (out: string, cache: string, killAt: number) =>
      unclipProcess(
        [
          'run',
          WORKFLOW,
          '--device',
          'cpu',
          ...settings,
          '--json',
          '--out',
          join(folder, out),
          '--cache-dir',
          join(folder, cache),
        ],
        {
          onLine(line, kill) {
            const event = JSON.parse(line) as RunEvent;
            if (event.type === 'node-progress' && event.step >= killAt) kill('SIGKILL');
          },
        },
      );
    await run('undisturbed', 'none', Number.POSITIVE_INFINITY);

    const killed = [await run('resumed', 'kept', 5), await run('resumed', 'kept', 11)];
    const last = await run('resumed', 'kept', Number.POSITIVE_INFINITY);

    expect(killed.map(({ code }) => code)).toEqual([null, null]);
    expect(last.code).toBe(0);
    expect(firstStep(last.stdout)).toBeGreaterThan(6);
    const [made, expected] = ['resumed', 'undisturbed'].map((out) =>
      readFileSync(join(folder, out, 'variation-0001.png')),
    );
    expect(made?.equals(expected as Buffer)).toBe(true);
  });
}

test('a run whose worker is killed during sampling is tried again from its last state, to the same bytes', async () => {
  const workflow = workflowOf(STEPS, IS_LONG_SUITE ? 2 : 1);
  const undisturbed = await rigFor();
  const expected = await undisturbed.until(undisturbed.service.enqueue({ workflow }).id);
  const rig = await rigFor();
  let steps: number[] = [];
  rig.bus.subscribe((event) => {
    if (event.type === 'node-progress' && event.node === 'sample') steps.push(event.step);
  });

  const { id } = rig.service.enqueue({ workflow });
  await waitUntil(() => steps.some((step) => step >= 9), 30_000);
  const before = steps;
  steps = [];
  process.kill(rig.service.status().worker.pid as number, 'SIGKILL');
  const ended = await rig.until(id);

  expect(ended).toMatchObject({ state: 'succeeded', attempts: 2 });
  expect(before.at(-1)).toBeLessThan(STEPS);
  expect(Math.min(...steps)).toBeGreaterThan(4);
  expect(ended.outputs.map(({ sha256 }) => sha256)).toEqual(expected.outputs.map(({ sha256 }) => sha256));
});

test('a lost device costs a new worker, which continues from the last state; lost again, it is replaced by the CPU', async () => {
  const rig = await rigFor({ injectedFailure: '5 unet WebGPU device lost (1): the driver was reset' });
  const steps: number[] = [];
  rig.bus.subscribe((event) => {
    if (event.type === 'node-progress' && event.node === 'sample') steps.push(event.step);
  });

  const ended = await rig.until(rig.service.enqueue({ workflow: workflowOf(10, 1) }).id);

  // The run is not to blame.
  expect(ended).toMatchObject({ state: 'succeeded', attempts: 1 });
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(ended.warnings?.map(({ message }) => message)).toEqual([
    'The device failed, so the run was started again: cpu was lost (WebGPU device lost (1): the driver was reset).',
  ]);
  expect(rig.service.status().worker).toMatchObject({
    restarts: 2,
    lastExit: { reason: 'device-lost' },
    notice: {
      words: expect.stringMatching(/^cpu was lost .*; the worker was started again, and continues on the CPU\.$/),
    },
  });
});

function workflowOf(steps: number, count: number) {
  const { nodes, ...workflow } = bundledWorkflow();
  const sample = {
    ...nodes['sample'],
    type: 'UNetSample',
    params: { scheduler: 'euler-a', steps, count, guidanceScale: 5 },
  };
  return { ...workflow, nodes: { ...nodes, sample } };
}

async function rigFor(more: RigSettings = {}) {
  const folder = tempFolder();
  const settings: RigSettings = {
    modelFolders: [join(REPOSITORY, 'models')],
    imageFolders: [join(REPOSITORY, 'workflows/images')],
    results: { folder: join(folder, 'results'), maxBytes: 1e9 },
    ...more,
  };
  const rig = await runServiceRig(folder, settings);
  onTestFinished(rig.close);
  return rig;
}

function firstStep(lines: string): number {
  const events = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  const first = events.find((event) => event.type === 'node-progress');
  return first?.type === 'node-progress' ? first.step : Number.NaN;
}
