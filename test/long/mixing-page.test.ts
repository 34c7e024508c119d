import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../e2e/support/editor-rig.js';
import type { EditorServer } from '../e2e/support/editor-server.js';
import { seriousFaults } from '../support/axe.js';
import { openWorkflow, replaceWorkflow } from '../support/open-workflow.js';

const rig = editorRig();
const READY = { timeout: 20_000 };

/** Opens the example, and brings the card with the pad into view. */
async function openMix(server: EditorServer): Promise<{ page: Page; pad: Locator; point: Locator }> {
  const page = await rig.openEditor(server, { query: '?test' });
  await openWorkflow(page, JSON.parse(readFileSync('workflows/mix-two-images.json', 'utf8')));
  const card = page.locator('[data-node-id="mix"]');
  await card.waitFor();
  // Near enough that the card draws its parts.
  await page.evaluate(() => window.__editor?.fit());
  const { x = 0, y = 0 } = (await page.evaluate(() => window.__editor?.nodePoint('mix'))) ?? {};
  await page.mouse.click(x, y);
  await page.keyboard.press('Shift+F');
  const pad = page.getByTestId('mix-pad');
  await pad.waitFor();
  return { page, pad, point: pad.getByRole('slider', { name: 'Mix' }) };
}

const textOf = (page: Page) => page.evaluate(() => window.__editor?.text() ?? '');

async function weightsIn(page: Page): Promise<readonly (number | undefined)[]> {
  const { nodes } = JSON.parse(await textOf(page)) as {
    nodes: { mix: { params?: { weight1?: number; weight2?: number } } };
  };
  const { weight1, weight2 } = nodes.mix.params ?? {};
  return [weight1, weight2];
}

test('a drag shows what comes of the mixture while it lasts, sets the weights at its end, and is one undo step', async () => {
  const server = await rig.sharedServer();
  const { page, pad, point } = await openMix(server);
  const { x = 0, y = 0, width = 0, height = 0 } = (await pad.locator('.mix-plane').boundingBox()) ?? {};
  await expect.poll(() => point.getAttribute('aria-valuetext')).toBe('cat 50 %, pumpkin 50 %');
  const before = await textOf(page);

  // Act: to the cat's side, and wait there.
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(x + width * (0.5 - 0.04 * i), y + height / 2);

  // Nothing is set yet, but an image of these weights comes.
  await expect.poll(() => point.getAttribute('aria-valuetext')).toBe('cat 90 %, pumpkin 10 %');
  expect(await textOf(page)).toBe(before);
  const image = pad.getByRole('img', { name: /Rough preview/ });
  await expect.poll(() => image.getAttribute('data-kind'), READY).toBe('finished');
  await keepScreenshot(page, 'mix pad dragged');
  const first = await image.getAttribute('src');

  // To the star's side: another image.
  for (let i = 1; i <= 10; i++) await page.mouse.move(x + width * (0.1 + 0.08 * i), y + height / 2);
  await expect.poll(() => image.getAttribute('src'), READY).not.toBe(first);
  await expect.poll(() => image.getAttribute('data-kind'), READY).toBe('finished');
  await page.mouse.up();

  await expect.poll(() => weightsIn(page)).toEqual([0.1, 0.9]);
  // Runs that were passed over are cancelled, the last one shortly after the point is let go; nothing is kept of any.
  const statesOfRuns = async () => (await server.runs()).map(({ state }) => state);
  expect((await statesOfRuns()).length).toBeGreaterThanOrEqual(2);
  await expect
    .poll(async () => (await statesOfRuns()).filter((state) => !/succeeded|cancelled/.test(state)))
    .toEqual([]);
  await keepScreenshot(page, 'mix pad released');

  await page.keyboard.press('Control+z');
  await expect.poll(() => textOf(page)).toBe(before);
  await expect.poll(() => point.getAttribute('aria-valuetext')).toBe('cat 50 %, pumpkin 50 %');
  // What it showed is of other weights.
  await expect.poll(() => image.count()).toBe(0);
});

test('the point goes by keys too', async () => {
  const server = await rig.sharedServer();
  const { page, pad, point } = await openMix(server);

  await point.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowLeft');

  await expect.poll(() => point.getAttribute('aria-valuetext')).toBe('cat 32 %, pumpkin 68 %');
  expect(await weightsIn(page)).toEqual([0.32, 0.68]);
  await expect
    .poll(() => pad.getByRole('img', { name: /Rough preview/ }).getAttribute('data-kind'), READY)
    .toBe('finished');
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Home');
  await expect.poll(() => weightsIn(page)).toEqual([0.5, 0.5]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => weightsIn(page)).not.toEqual([0.5, 0.5]);
});

test('a pad of a node that mixes nothing yet says what to do', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openWorkflow(page, { format: 'unclip-workflow', version: 1, nodes: { mix: { type: 'BlendEmbeds' } } });

  await expect
    .poll(() => page.getByTestId('mix-pad').textContent(), READY)
    .toBe('Connect two or more images to mix them here.');
});

test('an animation plays on its card, and the templates show what they make', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await replaceWorkflow(page, {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photos: { type: 'LoadImages', params: { images: 'red-heart.png\nblue-star.png' } },
      save: { type: 'SaveAnimation', inputs: { image: 'photos.image' }, params: { fps: 2 } },
    },
  });
  await page.locator('[data-node-id="save"]').waitFor();

  await page.getByTestId('run').click();

  // The browser plays what is animated; the file itself is on the card, and not a small image of it.
  const shown = page.locator('[data-node-id="save"] .card-result img');
  await expect.poll(() => shown.getAttribute('src'), READY).toMatch(/^api\/outputs\/[^/?]+\?/);
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth), READY).toBe(256);
  await page.getByRole('button', { name: 'Library' }).click();
  const images = page.getByTestId('library').locator('.library-image img');
  await expect.poll(() => images.count(), READY).toBeGreaterThan(10);
  await keepScreenshot(page, 'templates with images');
  // What a template is for is shown, and searched.
  await page.getByTestId('library').getByRole('searchbox').fill('without knowing the graph');
  await expect.poll(() => images.count(), READY).toBe(1);
});
