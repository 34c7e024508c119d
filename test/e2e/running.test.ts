import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { longTest } from '../support/long-suite.js';
import { openSlowWorkflow, replaceWorkflow } from '../support/open-workflow.js';
import { editorRig, keepScreenshot, type SharedServer } from './support/editor-rig.js';

const rig = editorRig();
const READY = { timeout: 20_000 };

test('in live mode a changed param cancels the stale run and starts a new one', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 100, stepMs: 50 });
  await page.getByTestId('live').click();
  const sleeping = page.locator('[data-node-id="sleep"]');
  await expect.poll(() => sleeping.getAttribute('data-state'), READY).toBe('running');

  // Act: fewer steps, as the user types them.
  const steps = sleeping
    .getByRole('textbox', { name: /steps/ })
    .or(sleeping.getByRole('spinbutton', { name: /steps/ }));
  await steps.first().fill('2');
  await steps.first().press('Enter');

  await expect.poll(() => statesOf(server), READY).toEqual(['succeeded', 'cancelled']);
  await expect.poll(() => sleeping.getAttribute('data-state'), READY).toBe('finished');
});

longTest('the tab says how far its run is, and how it ended while another tab was in front', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 40, stepMs: 50 });
  const show = (state: string) =>
    page.evaluate((visibilityState) => {
      Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);

  const own = await page.locator('link[rel="icon"]').evaluate((link) => (link as HTMLLinkElement).href);
  await page.getByTestId('run').click();

  await expect.poll(() => page.title(), READY).toMatch(/^[1-9]\d? % .*unclip-studio$/);
  const icon = () => page.locator('link[rel="icon"]').getAttribute('href');
  await expect.poll(icon, READY).toContain('stroke-dasharray');
  await show('hidden');
  await expect.poll(() => page.title(), READY).toMatch(/^✓ /);
  await show('visible');
  expect(await page.title()).toMatch(/unclip-studio$/);
  expect(await page.title()).not.toContain('✓');
  await expect.poll(icon, READY).toBe(own);
});

longTest(
  'a refusal to notify is said beside the choice, which goes back; allowed, the end of a long run is notified',
  async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    await openSlowWorkflow(page, { steps: 20, stepMs: 50, seed: 22 });
    await page.keyboard.press('Control+,');
    const settings = page.getByTestId('settings');
    await settings.getByRole('tab', { name: 'Runs' }).click();
    const choice = settings.getByRole('combobox', { name: /^Notif/ });

    await choice.selectOption('hidden');
    const refusal = settings.getByRole('alert').getByText('The browser does not let this page notify you.');
    await refusal.waitFor();
    expect(await choice.inputValue()).toBe('never');
    await keepScreenshot(page, 'notifications-refused');
    // The headless browser refuses whatever is granted, so notifications are only recorded.
    await page.evaluate(() => {
      const seen: unknown[] = [];
      class Recorded {
        static readonly permission = 'granted';
        static readonly requestPermission = () => Promise.resolve('granted');
        constructor(title: string, { body }: NotificationOptions) {
          seen.push([title, body]);
        }
      }
      Object.assign(window, { Notification: Recorded, seen });
      document.hasFocus = () => false;
    });
    await choice.selectOption('hidden');
    await refusal.waitFor({ state: 'detached' });
    expect(await choice.inputValue()).toBe('hidden');
    await page.keyboard.press('Escape');

    // As if it took a minute.
    await page.getByTestId('run').click();
    await page.locator('[data-node-id="sleep"][data-state="running"]').waitFor();
    await page.evaluate(() => {
      const now = Date.now;
      Date.now = () => now() + 60_000;
    });
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { seen: unknown[] }).seen), READY)
      .toEqual([['Run finished: 1 image', 'Slow']]);
  },
);

test('the steps of a sampler render neither the run bar nor the form again', async () => {
  const page = await rig.openEditor(await rig.sharedServer(), { query: '?test' });
  await page.evaluate('window.__editor.session.form.setState({ isOpen: true })');
  await page.getByTestId('form-run').waitFor();
  // It comes from the server, and is a change of what is counted below.
  const forecast = 'window.__editor.session.running.runner.state.getState().forecast !== undefined';
  await expect.poll(() => page.evaluate(forecast), READY).toBe(true);

  // Both read the connection whenever they are drawn, and nothing else does while it stays as it is.
  const counts = await page.evaluate(`(async () => {
    const { connection, runner } = window.__editor.session.running;
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const getState = connection.getState;
    let reads = 0;
    connection.getState = () => (reads++, getState());
    runner.state.setState({ isStarting: true });
    await drawn();
    const whenStarting = reads;
    runner.state.setState({
      isStarting: false,
      progress: { runId: 'r', expectedMs: { sample: 1000 }, done: new Set(), current: undefined },
    });
    await drawn();
    reads = 0;
    let changes = 0;
    const stop = runner.state.subscribe(() => changes++);
    for (let step = 1; step <= 10; step++) {
      runner.follower.takeEvents([{ type: 'node-progress', runId: 'r', node: 'sample', step, steps: 10, seq: step }]);
      await drawn();
    }
    stop();
    return { whenStarting, changes, reads };
  })()`);

  expect(counts).toEqual({ whenStarting: expect.any(Number), changes: 10, reads: 0 });
  expect((counts as { whenStarting: number }).whenStarting).toBeGreaterThanOrEqual(2);
});

longTest(
  'a batch queues one run after the other with their own seeds; they can be reordered and cancelled',
  async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    // Longer than all that follows takes on any machine: the first run is cancelled, too.
    await openSlowWorkflow(page, { steps: 10_000, stepMs: 50 });
    await page.getByRole('spinbutton', { name: /Number of runs/ }).fill('4');
    await page.getByRole('button', { name: 'Queue', exact: true }).click();

    await page.keyboard.press('Control+Enter');

    const queue = page.getByTestId('queue');
    const waiting = queue.locator('li[data-state="queued"]');
    await expect.poll(() => waiting.count(), READY).toBe(3);
    // The node by its title, its step, and how long it has taken.
    const first = queue.locator('li[data-state="running"]');
    await expect.poll(() => first.textContent(), READY).toMatch(/ · step \d+ of 10000 · \d+ s/);
    expect(await waiting.last().textContent()).toMatch(/since \d+:\d\d/);
    await keepScreenshot(page, 'queue');
    const last = await waiting.last().getAttribute('data-run');
    await waiting.last().getByRole('button', { name: /next/ }).click();
    await expect.poll(() => waiting.first().getAttribute('data-run'), READY).toBe(last);
    await waiting
      .last()
      .getByRole('button', { name: /Cancel/ })
      .click();
    await expect.poll(() => waiting.count(), READY).toBe(2);
    const seeds = await seedsOf(server);
    expect(seeds).toEqual([3, 2, 1, undefined]);
    // Everything that is left is removed with one press.
    await page.getByTestId('stop').click();
    await expect.poll(() => statesOf(server), READY).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
  },
);

longTest('runs follow each other with new seeds until they are stopped', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 1, stepMs: 20, seed: 1 });
  const stop = page.getByTestId('stop');
  expect(await stop.isEnabled()).toBe(false);

  await page.getByTestId('run-menu').click();
  await page.getByRole('menuitem', { name: 'Run with new seeds until stopped' }).click();

  await expect.poll(async () => (await server.runs()).length, READY).toBeGreaterThan(2);
  await stop.click();
  await expect.poll(() => stop.isEnabled(), READY).toBe(false);
  const seeds = await seedsOf(server);
  expect(new Set(seeds).size).toBe(seeds.length);
});

longTest('what would run is shown before the run, and only that runs', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  const forecast = page.getByTestId('forecast');
  await expect.poll(() => forecast.textContent(), READY).toBe('8 nodes');
  await forecast.click();
  await expect.poll(() => page.getByTestId('forecast-memory').textContent(), READY).toMatch(/about \d+ MB$/);
  await page.keyboard.press('Escape');
  await page.getByTestId('run').click();
  await expect.poll(() => messageOf(page), READY).toBe('Run finished: 4 images');

  await expect.poll(() => forecast.textContent(), READY).toMatch(/^1 node · \d+ ms$/);
  await forecast.click();
  await page.getByText('What a run would do now').waitFor();
  // No model is needed any more.
  expect(await page.getByTestId('forecast-memory').count()).toBe(0);
  await keepScreenshot(page, 'forecast');
  await page.keyboard.press('Escape');
  await page.getByTestId('run').click();
  await page.getByRole('button', { name: 'Run anyway' }).click();

  await expect.poll(() => page.locator('[data-node-id="sample"]').getAttribute('data-state'), READY).toBe('cached');
  await expect.poll(() => page.locator('[data-node-id="save"]').getAttribute('data-state'), READY).toBe('finished');
});

test('a workflow with problems is not sent: the first one is shown where it is', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await replaceWorkflow(page, {
    format: 'unclip-workflow',
    version: 1,
    nodes: { decode: { type: 'VAEDecode' }, save: { type: 'SaveImage', inputs: { image: 'decode.image' } } },
  });
  await page.locator('[data-node-id="decode"]').waitFor();

  await page.keyboard.press('Control+Enter');

  await page.getByTestId('run-notice').waitFor();
  expect(await page.locator('[data-node-id="decode"]').getAttribute('data-selected')).toBe('true');
  await keepScreenshot(page, 'refused');
  // The longest words of any language.
  await page
    .getByTestId('run-notice')
    .locator('p')
    .evaluate((text) => text.append(' Ein anderes Modell wählen oder es herunterladen.'.repeat(3)));
  await page.setViewportSize({ width: 390, height: 844 });
  const onPhone = await boxesOf(page, ['.notice', '.notice p', '.notice-buttons', '.notice > button', '.phone-bar']);
  const [notice, words, buttons, close, phoneBar] = onPhone;
  expect(words?.width).toBeGreaterThan(250);
  expect(buttons?.top).toBeGreaterThanOrEqual(words?.bottom ?? 0);
  expect(close?.right).toBeLessThanOrEqual(390);
  expect(notice?.bottom).toBeLessThanOrEqual(phoneBar?.top ?? 0);
  await keepScreenshot(page, 'refused on a phone');
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.getByRole('button', { name: 'Show the node' }).click();
  // Between its card and another below it is room for one line; the others are shown while the pointer is there.
  const problems = page.locator('[data-node-id="decode"] .card-problems');
  const heightPx = () => problems.evaluate((element) => (element as HTMLElement).offsetHeight);
  expect(await heightPx()).toBeLessThanOrEqual(26);
  await problems.hover();
  expect(await heightPx()).toBeGreaterThan(36);
  const covered = async () => {
    const [above, ...others] = await boxesOf(page, ['.notice', '.minimap', '[data-node-id="decode"]']);
    return others.filter(({ bottom }) => above === undefined || bottom > above.top);
  };
  await expect.poll(covered, READY).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 720 });
  expect(await statesOf(server)).toEqual([]);
});

test('a run whose files are missing names the card by its title, marks it and goes to it, until something changes', async () => {
  const page = await rig.openEditor(await rig.sharedServer(), { query: '?test' });
  const nodes = {
    photo: { type: 'LoadImage', title: 'My photo', params: { image: 'gone.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' } },
  };
  await replaceWorkflow(page, { format: 'unclip-workflow', version: 1, nodes });
  const photo = page.locator('[data-node-id="photo"]');
  await photo.waitFor();

  await page.keyboard.press('Control+Enter');

  const words = 'There is no image "gone.png" here. Upload it again, or choose another one.';
  await expect.poll(() => page.getByTestId('run-notice').textContent(), READY).toContain(`My photo: ${words}`);
  expect(await page.getByTestId('message').textContent()).toBe(`My photo: ${words}`);
  await photo.getByText(words).waitFor();
  expect(await photo.getAttribute('data-selected')).toBe('true');
  await page.evaluate(() =>
    window.__editor?.session.store.edit('choose', ({ nodes: { photo: card } }) => {
      if (card !== undefined) card.params = { image: 'blue-star.png' };
    }),
  );
  await page.getByTestId('run-notice').waitFor({ state: 'detached' });
  await photo.getByText(words).waitFor({ state: 'detached' });
});

longTest('the selected node alone is run with Ctrl+Shift+Enter', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  const text = readFileSync('workflows/image-variations.json', 'utf8');
  // Of another image than the first workflow's, so that no result of another test is taken from the cache.
  await replaceWorkflow(page, JSON.parse(text.replace(/"image": "[\w-]+\.png"/, '"image": "blue-star.png"')));
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  await page.locator('[data-node-id="embed"] [data-testid="node-header"]').click();

  await page.keyboard.press('Control+Shift+Enter');

  const stateOf = (node: string) => page.locator(`[data-node-id="${node}"]`).getAttribute('data-state');
  await expect.poll(() => stateOf('embed'), READY).toBe('finished');
  await expect.poll(() => statesOf(server), READY).toEqual(['succeeded']);
  expect(await stateOf('sample')).toBe('idle');
});

async function messageOf(page: Page): Promise<string | null> {
  return page.getByTestId('message').textContent();
}

/** Of the test's runs, newest first. */
async function statesOf(server: SharedServer): Promise<readonly string[]> {
  return (await server.runs()).map(({ state }) => state);
}

async function seedsOf(server: SharedServer): Promise<readonly (number | undefined)[]> {
  const runs = await server.runs();
  const workflows = runs.map(({ id }) =>
    server.ask<{ nodes: { sleep: { params: { seed?: number } } } }>('GET', `/api/runs/${id}/workflow`),
  );
  return (await Promise.all(workflows)).map(({ nodes }) => nodes.sleep.params.seed);
}

function boxesOf(page: Page, selectors: readonly string[]) {
  const boxOf = (element: Element) => {
    const { top, bottom, right, width } = element.getBoundingClientRect();
    return { top, bottom, right, width };
  };
  return Promise.all(selectors.map((selector) => page.locator(selector).evaluate(boxOf)));
}
