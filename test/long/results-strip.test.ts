import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';
import { openQuickExample } from '../support/open-workflow.js';

const rig = editorRig();

test('two results are compared under a slider that keys move', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').click();
  await page.locator('[data-node-id="save"] .card-result img').first().click();
  const view = page.getByTestId('result-view');
  await view.waitFor();

  await view.getByRole('button', { name: /compare/i }).click();
  const slider = view.getByRole('slider');
  await slider.focus();
  const before = await clipOf();
  for (let press = 0; press < 10; press++) await page.keyboard.press('ArrowRight');
  const after = await clipOf();

  expect([before, after]).toEqual(['inset(0px 0px 0px 50%)', 'inset(0px 0px 0px 60%)']);
  expect(await view.locator('.result-stage img').count()).toBe(2);
  await keepScreenshot(page, 'result-compare');
  await page.keyboard.press('Escape');
  await view.waitFor({ state: 'detached' });

  function clipOf(): Promise<string> {
    return view
      .locator('.result-stage img')
      .nth(1)
      .evaluate((img) => getComputedStyle(img).clipPath);
  }
});

test('every result is in the strip, opens in full size, and shows its workflow in a new tab', async () => {
  const server = await rig.sharedServer();
  const context = await rig.openContext();
  const { outputs } = await server.ask<{ outputs: unknown[] }>('GET', '/api/outputs');
  const page = await rig.openEditor(server, { context });
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').click();
  await page.getByRole('button', { name: 'Results', exact: true }).click();
  const strip = page.getByTestId('results').getByRole('listitem');
  await expect.poll(() => strip.count(), { timeout: 20_000 }).toBe(outputs.length + 4);
  await keepScreenshot(page, 'results');

  await strip.first().getByRole('button').click();
  await page.getByTestId('result-view').waitFor();
  await page.keyboard.press('Escape');
  const [opened] = await Promise.all([
    context.waitForEvent('page'),
    strip.first().getByRole('link', { name: 'Open its workflow in a new tab' }).click(),
  ]);

  await opened.getByTestId('read-only').waitFor();
  await opened.locator('[data-node-id="sample"]').waitFor();
});
