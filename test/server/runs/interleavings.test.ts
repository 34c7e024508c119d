import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { devWorkflow, runServiceRig } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';
import { randomRuns } from '../../support/test-seed.js';

const steps = fc.array(
  fc.record({
    act: fc.constantFrom('enqueue', 'cancel', 'retry', 'front', 'pause', 'resume', 'cancel-all', 'wait'),
    pick: fc.nat(30),
    ms: fc.nat(12),
  }),
  { minLength: 5, maxLength: 25 },
);

test('each run ends exactly once, however cancel, retry and the worker meet', { timeout: 120_000 }, async () => {
  const rig = await runServiceRig(tempFolder());
  onTestFinished(rig.close);
  const { service, events } = rig;
  let seed = 0;

  await fc.assert(
    fc.asyncProperty(steps, async (scenario) => {
      const ids: string[] = [];
      for (const { act, pick, ms } of scenario) {
        const id = ids[pick % Math.max(1, ids.length)];
        const state = id === undefined ? undefined : service.read(id).state;
        const hasEnded = state !== undefined && state !== 'queued' && state !== 'running';
        const sleepy = devWorkflow(pick % 5 === 0 ? 'DevCrash' : 'DevSleep', {
          ...(pick % 5 === 0 ? { kind: 'error' } : { steps: 3, stepMs: ms }),
          seed: seed++,
        });
        if (act === 'enqueue') ids.push(service.enqueue({ workflow: sleepy }).id);
        if (act === 'cancel' && id !== undefined) {
          expect(service.cancel(id).state).toBe(hasEnded ? state : 'cancelled');
        }
        if (act === 'retry' && id !== undefined && hasEnded) ids.push(service.retry(id).id);
        if (act === 'front' && id !== undefined && state === 'queued') service.moveToFront(id);
        if (act === 'pause') service.pause();
        if (act === 'resume') service.resume();
        if (act === 'cancel-all') service.cancelAll();
        if (act === 'wait') await new Promise((resolve) => setTimeout(resolve, ms));
      }
      service.resume();
      for (const id of ids) await rig.until(id);
      for (const id of ids) {
        const ends = events.filter(
          (event) => event.type === 'run-changed' && event.run.id === id && event.run.finishedAt,
        );
        expect(ends).toMatchObject([{ run: { state: service.read(id).state } }]);
      }
    }),
    { numRuns: randomRuns(25) },
  );

  expect(service.status().worker.restarts).toBe(0);
  expect(service.status().queued).toBe(0);
});
