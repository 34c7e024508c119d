import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  blobsFolderOf,
  createEventBus,
  createRunService,
  embeddedPlace,
  loadCatalog,
  nextStartSeq,
  openStore,
  StoreFullError,
  systemClock,
} from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { devWorkflow, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { insertRun } from '../../support/store-rig.js';

const MEGABYTE = 1_000_000;
const catalog = loadCatalog({ devNodes: true });

/** An image of about `side` squared times three bytes, which does not compress. */
const noise = (side: number) => devWorkflow('DevSave', { side, noise: true });

describe.skipIf(noSmallDisk)(`a full disk${noSmallDisk === undefined ? '' : ` (skipped: ${noSmallDisk})`}`, () => {
  test('an image that finds no room fails its run saying so, and work goes on when there is room', async () => {
    const folder = smallDisk(2 * MEGABYTE);
    const filler = join(folder, 'filler');
    const rig = await runServiceRig(folder, { diskPollMs: 50 });
    onTestFinished(rig.close);
    writeFileSync(filler, Buffer.alloc(MEGABYTE));

    // Less than 1 MB is left; the image takes 0.9 MB in addition to the database.
    const full = await rig.until(rig.service.enqueue({ workflow: noise(560) }).id);

    expect(full).toMatchObject({ state: 'failed', outputs: [], error: { code: 'disk-full', node: 'node' } });
    expect(full.error?.message).toContain('The disk is full');
    expect(readdirSync(join(blobsFolderOf(folder), 'temporary'))).toEqual([]);
    expect(rig.service.status()).toMatchObject({ canTakeWork: false, reason: expect.stringContaining('full') });
    expect(() => rig.service.enqueue({ workflow: noise(8) })).toThrow(StoreFullError);

    rmSync(filler);
    await waitUntil(() => rig.service.status().canTakeWork);
    const next = await rig.until(rig.service.enqueue({ workflow: noise(560) }).id);

    expect(next).toMatchObject({ state: 'succeeded', outputs: [{ index: 0 }] });
    expect(rig.store.database.integrityProblems()).toEqual([]);
  });

  test('a database that finds no room loses nothing: the run under way gets its end when there is room', async () => {
    const folder = smallDisk(2 * MEGABYTE);
    const filler = join(folder, 'filler');
    const rig = await runServiceRig(folder, { diskPollMs: 50 });
    onTestFinished(rig.close);
    const running = rig.service.enqueue({ workflow: devWorkflow('DevSleep', { steps: 20, stepMs: 20 }) });
    const queued = rig.service.enqueue({ workflow: devWorkflow('DevSleep', { steps: 1, stepMs: 1, seed: 2 }) });
    await rig.until(running.id, 'running');

    fillUp(filler);
    await waitUntil(() => !rig.service.status().canTakeWork);

    expect(rig.service.read(running.id).state).toBe('running');
    expect(rig.service.read(queued.id).state).toBe('queued');
    expect(() => rig.service.enqueue({ workflow: noise(8) })).toThrow(StoreFullError);
    expect(() => rig.service.cancel(queued.id)).toThrow(StoreFullError);

    rmSync(filler);

    expect(await rig.until(running.id)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(await rig.until(queued.id)).toMatchObject({ state: 'succeeded' });
    expect(rig.store.database.integrityProblems()).toEqual([]);
  });

  test('at the start leaves the active run where it is until there is room, and then continues it', async () => {
    const folder = smallDisk(2 * MEGABYTE);
    const filler = join(folder, 'filler');
    const store = await openStore(folder);
    onTestFinished(() => store.close());
    insertRun(store, 'left');
    store.runs.claimNext(0);
    store.settings.write('queue-paused', 'yes');
    fillUp(filler);

    const service = createRunService({
      ...{ store, clock: systemClock, maxQueued: 10, historyRuns: 10, diskPollMs: 20 },
      catalog: () => catalog,
      events: createEventBus({ startSeq: nextStartSeq(store.settings) }),
      onResultTrouble: () => {},
      onSweepError: () => {},
      place: embeddedPlace({
        config: {
          blobsFolder: blobsFolderOf(folder),
          modelFolders: [],
          imageFolders: [],
          cacheBytes: 1e6,
          devNodes: true,
        },
      }),
    });
    onTestFinished(() => service.close());

    expect(service.status()).toMatchObject({ canTakeWork: false, reason: expect.stringContaining('full') });
    expect(store.runs.read('left')?.state).toBe('running');
    rmSync(filler);
    await waitUntil(() => store.runs.read('left')?.state === 'queued');
    expect(service.status()).toMatchObject({ canTakeWork: true, paused: true, queued: 1 });
  });
});

/** Writes until not a byte more fits. */
function fillUp(path: string): void {
  for (const size of [100_000, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
