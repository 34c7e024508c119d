import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import {
  createPreparedRuns,
  createWorkerServices,
  evaluateRun,
  forecastRun,
  loadCatalog,
  warmUpRun,
} from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { type CallCounts, countCalls } from '../../support/count-calls.js';
import { devChain } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const catalog = loadCatalog({ devNodes: true });

// What a process does once with each workflow, however many of its parts need it; the server is in prepared-runs.test.ts.

test('the command line reads, plans and hashes the workflow of a run once', async () => {
  const cwd = tempFolder();
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photo: { type: 'EmptyImage', params: { width: 8, height: 8 } },
      turned: { type: 'ImageInvert', inputs: { image: 'photo.image' } },
      save: { type: 'SaveImage', inputs: { image: 'turned.image' } },
    },
  };
  writeFileSync(join(cwd, 'turn.json'), formatWorkflow(workflow));

  const { value, calls } = await countCalls(() => unclip(['run', 'turn.json', '--out', 'o'], { cwd }));

  expect(value.code).toBe(0);
  expect(workOf(calls)).toEqual({ parsed: 1, plannedNodes: 3, hashedNodes: 3, executed: 1 });
});

test('a worker that forecasts a run, makes it twice and warms up with it reads, plans and hashes it once', async () => {
  const folder = tempFolder();
  const services = createWorkerServices(
    {
      ...{ modelFolders: [], cacheBytes: 1e6, devNodes: true, heartbeatMs: 1000 },
      blobsFolder: folder,
      imageFolders: [],
    },
    {
      onNativeCall: () => {},
      learnPreview: () => {},
      onNotice: () => {},
      onDevice: () => {},
      onDeviceLost: () => Promise.reject(new Error('no device')),
    },
  );
  onTestFinished(() => services.engine.close());
  const text = createPreparedRuns(() => catalog).toText(devChain(5));
  // Each order is a separate object, as each message is.
  const order = () => ({ ...text, targets: [], pictures: {}, runId: 'run' });
  const options = { signal: new AbortController().signal, onUpdates: () => {}, onPreview: () => {} };

  const { calls } = await countCalls(async () => {
    await forecastRun(services, order());
    for (const _ of [1, 2]) {
      const { report } = await evaluateRun(services, order(), options);
      expect(report.outcome).toBe('succeeded');
    }
    await warmUpRun(services, order(), options.signal);
  });

  expect(services.runs.counts).toEqual({ parsed: 1, hashed: 0, planned: 1 });
  expect(workOf(calls)).toEqual({ parsed: 0, plannedNodes: 5, hashedNodes: 5, executed: 3 });
});

function workOf(calls: CallCounts) {
  return {
    parsed: calls('graph-core/dist/document/parse-workflow.js', 'parseWorkflow'),
    plannedNodes: calls('graph-core/dist/plan/plan.js', 'fillParams'),
    hashedNodes: calls('graph-core/dist/plan/fingerprint.js', 'fingerprintNode'),
    executed: calls('graph-core/dist/run/execute.js', 'executeRun'),
  };
}
