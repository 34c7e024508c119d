import { expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { openSlowWorkflow } from '../support/open-workflow.js';
import { draftsOf } from './support/drafts.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
const READY = 20_000;

/** A page with a run that pauses in its middle, however long its page takes to load, until its worker continues. */
async function stoppedRun(sleep: { readonly steps: number; readonly seed: number }) {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { stepMs: 40, ...sleep });
  await expect.poll(() => draftsOf(page)).toEqual([expect.stringContaining('DevSleep')]);
  const worker = await server.workerPid();
  await page.getByTestId('run').click();
  const sleeping = page.locator('[data-node-id="sleep"]');
  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('running');
  process.kill(worker, 'SIGSTOP');
  onTestFinished(() => void process.kill(worker, 'SIGCONT'));
  return { page, sleeping, worker };
}

if (IS_LONG_SUITE) {
  test('a worker killed in the middle of a run is replaced, and the run is seen to its end', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    await openSlowWorkflow(page, { steps: 30, stepMs: 40 });
    const pid = await server.workerPid();
    await page.getByTestId('run').click();
    const sleeping = page.locator('[data-node-id="sleep"]');
    await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('running');

    // Act: as the system does when memory is short.
    process.kill(pid, 'SIGKILL');

    await expect.poll(() => page.getByTestId('message').textContent(), { timeout: READY }).toContain('was restarted');
    await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('finished');
    expect(await server.workerPid()).not.toBe(pid);
  });
}

test('a run that fails says so on its node and with a message, and can be repeated', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(
    page,
    { steps: 1, stepMs: 1 },
    {
      boom: { type: 'DevCrash', inputs: { value: 'sleep.value' } },
      last: { type: 'DevSave', inputs: { value: 'boom.value' } },
    },
  );

  await page.getByTestId('run').click();

  const notice = page.getByTestId('run-notice');
  await expect.poll(() => notice.textContent(), { timeout: READY }).toContain('This node fails on purpose.');
  expect(await page.locator('[data-node-id="boom"]').getAttribute('data-state')).toBe('failed');
  await notice.getByRole('button', { name: 'Show the node' }).click();
  await keepScreenshot(page, 'error');
  // The queue opens it at the node, also in a page that knows nothing of the run.
  await page.getByRole('button', { name: 'Queue', exact: true }).click();
  const row = page.getByTestId('queue').locator('li[data-state="failed"]').first();
  await row.getByRole('button', { name: 'Show the node that failed' }).waitFor();
  const run = await row.getAttribute('data-run');
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => page.getByTestId('message').textContent(), { timeout: READY }).toContain('on purpose');
  await page.goto(`${server.origin}/#run=${run}`);
  await page.reload();
  const boom = page.locator('[data-node-id="boom"]');
  await expect.poll(() => boom.getAttribute('data-state'), { timeout: READY }).toBe('failed');
  expect(await boom.getAttribute('data-selected')).toBe('true');
  await boom.getByText('This node fails on purpose.').waitFor();
});

test('a page reloaded in the middle of a run keeps showing it', async () => {
  const { page, sleeping, worker } = await stoppedRun({ steps: 30, seed: 1 });

  await page.reload();

  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('running');
  expect(await page.getByTestId('stop').isEnabled()).toBe(true);
  process.kill(worker, 'SIGCONT');
  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('finished');
});

longTest('a late answer about a run does not undo later events', async () => {
  const { page, sleeping, worker } = await stoppedRun({ steps: 10, seed: 2 });
  const isTold = new Promise<void>((resolve) => {
    page.on('websocket', (socket) => {
      // Not the snapshot, which has the runs of other tests.
      socket.on('framereceived', ({ payload }) => {
        const text = String(payload);
        if (text.includes('"type":"events"') && text.includes('"state":"succeeded"')) resolve();
      });
    });
  });
  await page.route(/\/api\/runs\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    process.kill(worker, 'SIGCONT');
    await isTold;
    await route.fulfill({ response: answer });
  });

  await page.reload();

  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('finished');
  await expect.poll(() => page.getByTestId('stop').isEnabled()).toBe(false);
});

test('while the server is down a bar says so; afterwards the run continues from its current state', async () => {
  const server = await rig.startServer({ isRestarted: true });
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 30, stepMs: 40 });
  await page.getByTestId('run').click();
  const sleeping = page.locator('[data-node-id="sleep"]');
  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('running');

  // Act: a power cut.
  await server.kill();
  const bar = page.getByTestId('connection-bar');
  await bar.waitFor();
  const run = page.getByTestId('run');
  expect([await run.isDisabled(), await run.getAttribute('aria-description')]).toEqual([
    true,
    'The server is not connected, so nothing can run. The page reconnects by itself.',
  ]);
  await keepScreenshot(page, 'server-away');
  await bar.getByText('Your work is kept in this browser.').waitFor();
  await server.start();

  await bar.waitFor({ state: 'detached', timeout: 30_000 });
  await expect.poll(() => sleeping.getAttribute('data-state'), { timeout: READY }).toBe('finished');
  expect(await page.getByTestId('run').isEnabled()).toBe(true);
});

test('without a token, and with a wrong one, the page says how to get in', async () => {
  const server = await rig.sharedServer();
  const context = await rig.openContext();
  const page = await context.newPage();

  await page.goto(`${server.origin}/`);
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('Open the address that the server printed');
  await page.goto(`${server.origin}/?again#t=${'x'.repeat(43)}`);
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('That is not the token of this server.');
  await keepScreenshot(page, 'wrong-token');
  expect(new URL(page.url()).hash).toBe('');
});
