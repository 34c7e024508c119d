import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';
import { openQuickExample } from '../support/open-workflow.js';

const rig = editorRig();
const READY = { timeout: 20_000 };

test('an image is changed from a step on: one entry of the menu prepares it, and the first steps are not drawn again', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  const sampler = page.locator('[data-node-id="sample"]');
  const message = () => page.evaluate(() => window.__editor?.message());
  await openQuickExample(page, 'image-variations', 6);
  await page.getByTestId('run').and(page.locator(':enabled')).click();
  await expect.poll(message, READY).toBe('Run finished: 4 images');

  await sampler.locator('header').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Change from a step on' }).click();
  await expect.poll(message, READY).toContain('2 copies take over from the “change at” step.');
  await page.evaluate(() => window.__editor?.settled());
  await page.keyboard.press('Shift+1');
  await keepScreenshot(page, 'change-later');
  const level = page.locator('[data-node-id="noise2"]').getByRole('textbox', { name: /noise level/ });
  await level.fill('900');
  await level.press('Enter');
  await page.getByTestId('run').click();
  await expect.poll(message, READY).toBe('Run finished: 4 images');
  await keepScreenshot(page, 'change-later-done');

  expect(await server.runs()).toHaveLength(2);
});
