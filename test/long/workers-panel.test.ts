import type { DevicesReport } from '@unclip-studio/protocol';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';
import type { EditorServer } from '../e2e/support/editor-server.js';
import { seriousFaults } from '../support/axe.js';
import { startBuiltWorker } from '../support/built-server.js';
import { openSlowWorkflow } from '../support/open-workflow.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { tempFolder } from '../support/temp-folder.js';

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

    await expect.poll(() => workers.locator('li[data-phase]').count(), READY).toBe(1);
    expect(await workers.locator('li[data-phase]').getAttribute('data-worker')).toBe(second.id);
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
  await expect.poll(() => workers.locator('li[data-phase]').getAttribute('data-phase'), READY).toBe('idle');
  await expectDevices(page, server);

  await openSlowWorkflow(page, { steps: 5000, stepMs: 50 });
  await page.getByTestId('run').click();

  const own = workers.locator('li[data-phase]');
  await expect.poll(() => own.textContent(), READY).toMatch(/working.*the server's own.*step \d+ of 5000/);
  expect(await own.count()).toBe(1);
  await keepScreenshot(page, 'workers-own');
  await page.getByTestId('stop').click();
  await expect.poll(() => own.getAttribute('data-phase'), READY).toBe('idle');
  expect(await own.locator('[data-run]').count()).toBe(0);
});

/** Below the workers: every device with whether it can be used, why not, and what to do. */
async function expectDevices(page: Page, server: EditorServer): Promise<void> {
  const devices = page.getByTestId('devices');
  await expect.poll(() => devices.getByRole('status').textContent(), READY).toMatch(/^--device auto takes /);
  const report = await server.ask<DevicesReport>('GET', '/api/devices');

  expect(await devices.getByRole('status').textContent()).toBe(`--device auto takes ${report.chosen}.`);
  const shown = await devices.locator('li[data-device]').evaluateAll((items) =>
    items.map((item) => ({
      heading: item.querySelector('h3')?.textContent,
      // Of a closed list, innerText would be empty.
      steps: [...item.querySelectorAll('details li')].map((step) => step.textContent),
    })),
  );
  expect(shown).toEqual(
    report.devices.map(({ name, ways, steps }) => ({
      heading: `${name}${ways.length > 0 ? 'can be used' : 'cannot be used'}`,
      steps: steps.map(({ text }) => text),
    })),
  );
  const texts = await devices.locator('li[data-device]').allTextContents();
  for (const [index, { why = '', because }] of report.devices.entries()) {
    if (because === undefined) expect(texts[index]).toContain(why);
  }
  // Whatever this machine has:
  expect(texts[0]).toMatch(/^cpucan be used.*float32/);
  if (process.platform === 'linux') expect(texts).toContainEqual(expect.stringContaining('part of Windows'));
  // What to do opens by a click.
  const [toDo] = await devices.locator('details').all();
  if (toDo === undefined) return;
  expect(await toDo.locator('li').first().isVisible()).toBe(false);
  await toDo.getByText('What to do').click();
  expect(await toDo.locator('li').first().isVisible()).toBe(true);
}

async function openByKeys(page: Page) {
  await page.getByRole('button', { name: 'Workers', exact: true }).focus();
  await page.keyboard.press('Enter');
  return page.getByTestId('workers');
}
