import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../support/editor-rig.js';

const rig = editorRig();

test('two results are compared under a slider that keys move', async () => {
  const server = await rig.startServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await page.getByTestId('run').and(page.locator(':enabled')).click();
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
