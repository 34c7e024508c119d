import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { seriousFaults } from '../support/axe.js';
import { startBuiltWorker } from '../support/built-server.js';
import { openSlowWorkflow } from '../support/open-workflow.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { tempFolder } from '../support/temp-folder.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
const READY = { timeout: 20_000 };
const KEY = 'canary-editor-queue-key-0123456789';

test.skipIf(WHY_NO_REDIS !== undefined)(
  'the workers on other machines are listed, each with what it has and does, as they come, work and leave',
  { timeout: 120_000 },
  async () => {
    const redis = await startTestRedis({ folder: tempFolder() });
    onTestFinished(redis.end);
    let dataFolder = '';
    const keepFolder = async (folder: string) => {
      dataFolder = folder;
    };
    const server = await rig.startServer({ prepare: keepFolder, queue: { url: redis.url, key: KEY } });
    const page = await rig.openEditor(server);
    const workers = await openByKeys(page);
    await expect.poll(() => workers.textContent(), READY).toContain('No worker has signed on');

    const options = { args: ['--queue', redis.url], env: { UNCLIP_QUEUE_KEY: KEY } };
    const [first, second] = await Promise.all([
      startBuiltWorker(dataFolder, options),
      startBuiltWorker(dataFolder, options),
    ]);
    onTestFinished(first.end);
    onTestFinished(second.end);
    const free = workers.locator('li[data-phase="idle"]');
    await expect.poll(() => free.count(), READY).toBe(2);
    // What its device is, a worker knows a little after it has signed on.
    await expect.poll(() => free.first().textContent(), READY).toMatch(/idle.*the CPU.*\d [GM]B free.*emoji-unclip/);
    await openSlowWorkflow(page, { steps: 5000, stepMs: 50 });
    await page.getByRole('spinbutton', { name: /Number of runs/ }).fill('2');
    await page.keyboard.press('Control+Enter');
    const busy = workers.locator('li[data-phase="busy"]');
    await expect.poll(() => busy.count(), READY).toBe(2);
    await expect.poll(() => busy.first().textContent(), READY).toMatch(/Slow.*step \d+ of 5000/);
    await expect.poll(() => busy.last().textContent(), READY).toMatch(/Slow.*step \d+ of 5000/);
    const faults: string[] = [];
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await keepScreenshot(page, `workers-${theme}`);
      faults.push(...(await seriousFaults(page)));
    }
    await page.getByRole('tab', { name: 'Queue' }).click();
    const running = page.getByTestId('queue').locator('li[data-state="running"]');
    await expect.poll(() => running.count(), READY).toBe(2);

    // Act: the panel is opened while both are under way, one run is cancelled by keys, and one worker leaves.
    await page.getByRole('tab', { name: 'Workers' }).click();
    await expect.poll(() => busy.first().textContent(), READY).toMatch(/Dev sleep · step \d+ of 5000/);
    await busy.first().getByRole('button', { name: 'Cancel Slow' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => free.count(), READY).toBe(1);
    await busy.getByRole('button', { name: 'Cancel Slow' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => free.count(), READY).toBe(2);
    await first.end();

    await expect.poll(() => workers.locator('li').count(), READY).toBe(1);
    expect(await workers.locator('li').getAttribute('data-worker')).toBe(second.id);
    // A run that none of them can execute says so in the queue.
    const elsewhere = { model: { type: 'LoadModel', params: { checkpoint: 'elsewhere' } } };
    const workflow = { format: 'unclip-workflow', version: 1, title: 'Elsewhere', nodes: elsewhere };
    await server.ask('POST', '/api/runs', { workflow, targets: ['model'] });
    await page.getByRole('tab', { name: 'Queue' }).click();
    const waiting = page.getByTestId('queue').locator('li[data-state="queued"]');
    await expect.poll(() => waiting.textContent(), READY).toContain('does not hold the checkpoint "elsewhere"');
    await keepScreenshot(page, 'queue-waiting');
    expect(faults).toEqual([]);
  },
);

test("without a queue, the server's own worker is the one that is listed, and follows what it does", async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  const workers = await openByKeys(page);
  await expect.poll(() => workers.locator('li').getAttribute('data-phase'), READY).toBe('idle');

  await openSlowWorkflow(page, { steps: 5000, stepMs: 50 });
  await page.getByTestId('run').click();

  const own = workers.locator('li');
  await expect.poll(() => own.textContent(), READY).toMatch(/working.*the server's own.*step \d+ of 5000/);
  expect(await own.count()).toBe(1);
  await keepScreenshot(page, 'workers-own');
  await page.getByTestId('stop').click();
  await expect.poll(() => own.getAttribute('data-phase'), READY).toBe('idle');
  expect(await own.locator('[data-run]').count()).toBe(0);
});

async function openByKeys(page: Page) {
  await page.getByRole('button', { name: 'Workers', exact: true }).focus();
  await page.keyboard.press('Enter');
  return page.getByTestId('workers');
}
