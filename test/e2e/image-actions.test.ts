import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { seriousFaults } from '../support/axe.js';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { openQuickExample, openWorkflow } from '../support/open-workflow.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();

longTest(
  'a result is inpainted: a painted mask and a prompt are connected to the sampler, and it is run, in six clicks',
  async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server, { query: '?test' });
    await openQuickExample(page, 'image-variations');
    await page.getByTestId('run').click();
    const result = page.locator('[data-node-id="save"] .card-result img').first();
    await result.waitFor();

    // A result, its button, a stroke, the prompt's field, the prompt, run.
    await result.click();
    await page.getByTestId('result-view').getByRole('button', { name: 'Paint a mask' }).click();
    const stage = page.getByTestId('paint-stage');
    const box = await boxOf(page);
    await page.mouse.move(box.x - 60, box.y);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y, { steps: 6 });
    await page.mouse.up();
    await page.getByTestId('paint-prompt').click();
    await page.keyboard.type('a red heart');
    await keepScreenshot(page, 'paint-result');
    await page.getByTestId('paint-run').click();

    await stage.waitFor({ state: 'detached' });
    await expect.poll(async () => (await server.runs()).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    const nodes = await nodesOf(page);
    expect(nodes['prompt']?.params).toMatchObject({ prompt: 'a red heart' });
    expect(nodes['sample']?.inputs).toMatchObject({ latent: 'encode.latent', mask: 'loadMask.mask' });
    const mask = await maskOf(String(nodes['loadMask']?.params?.['image']));
    // A stroke across the middle: white there, black above it.
    expect([mask.at(0.5, 0.5), mask.at(0.5, 0.1), mask.at(0.02, 0.5)]).toEqual([255, 0, 0]);
    await page.keyboard.press('ControlOrMeta+z');
    expect(Object.keys(await nodesOf(page))).not.toContain('loadMask');

    async function maskOf(sha256: string) {
      const response = await fetch(`${server.origin}/api/images/${sha256}`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
        .extractChannel(0)
        .raw()
        .toBuffer({ resolveWithObject: true });
      return {
        at: (x: number, y: number) => data[Math.floor(y * info.height) * info.width + Math.floor(x * info.width)],
      };
    }
  },
);

if (IS_LONG_SUITE) {
  test('keys and numbers paint, undo works, and the mask of a card can be edited further', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server, { query: '?test' });
    const params = { image: 'frog-half-erased.png' };
    const nodes = { photo: { type: 'LoadImage', params }, erased: { type: 'LoadMask', params } };
    await openWorkflow(page, { format: 'unclip-workflow', version: 1, nodes });
    const card = page.locator('[data-node-id="erased"]');
    await card.getByTestId('paint-mask').click();
    const painter = page.getByTestId('mask-painter');
    await painter.waitFor();
    // What is transparent in the image is the mask to begin with.
    await expect.poll(() => maskedShare(page)).toBeGreaterThan(0.1);

    await painter.getByRole('button', { name: 'Clear the mask' }).click();
    expect(await maskedShare(page)).toBe(0);
    await page.getByTestId('paint-stage').focus();
    await page.keyboard.press('Space');
    const dab = await maskedShare(page);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+Space');
    const line = await maskedShare(page);
    expect(dab).toBeGreaterThan(0);
    expect(line).toBeGreaterThan(dab * 1.5);
    await page.keyboard.press('ControlOrMeta+z');
    expect(await maskedShare(page)).toBeCloseTo(dab, 5);
    await page.keyboard.press('ControlOrMeta+Shift+z');
    expect(await maskedShare(page)).toBeCloseTo(line, 5);
    await page.keyboard.press('i');
    expect(await maskedShare(page)).toBeCloseTo(1 - line, 2);

    await painter.getByRole('button', { name: 'Clear the mask' }).click();
    await painter.getByText('Shape by numbers').click();
    await painter.getByRole('button', { name: 'Add' }).click();
    expect(await maskedShare(page)).toBeCloseTo(0.25, 2);
    await keepScreenshot(page, 'paint-shape');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('paint-apply').click();
    await painter.waitFor({ state: 'detached' });

    const { erased } = await nodesOf(page);
    expect(erased?.params).toMatchObject({ channel: 'brightness' });
    await card.getByTestId('paint-mask').click();
    await expect.poll(() => maskedShare(page)).toBeCloseTo(0.25, 2);
  });
}

test('one menu has what can be done with an image, on its card, in the gallery and in full', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').click();
  const results = page.locator('[data-node-id="save"] .card-result');
  await results.nth(3).locator('img').waitFor();
  await results.nth(1).click({ button: 'right' });
  const menu = page.getByTestId('image-menu');
  await menu.getByRole('menuitem').first().waitFor();
  const onCard = await menu.getByRole('menuitem').allTextContents();
  expect(onCard).toEqual([
    ...['Use as input', 'Vary this', 'More like this', 'Inpaint …', 'Upscale …'],
    ...['Copy', 'Download', 'Download without workflow', 'Compare with the next one', 'Open in the gallery'],
    ...['Open its workflow', 'Keep this seed', 'Keep only this image', 'Keep only this image, larger'],
  ]);
  await keepScreenshot(page, 'image-menu');

  // Without the workflow, and with the marking.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    menu.getByRole('menuitem', { name: 'Download without workflow' }).click(),
  ]);
  const text = Buffer.concat(await (await download.createReadStream()).toArray()).toString('latin1');
  expect(text).toContain('trainedAlgorithmicMedia');
  expect(text).not.toMatch(/unclip-workflow|"seed"|penguin/);

  // As the input of the node that the image came from.
  await results.nth(1).click({ button: 'right' });
  await menu.getByRole('menuitem', { name: 'Use as input' }).click();
  await expect.poll(() => nodesOf(page).then(({ photo }) => photo?.params?.['image'])).not.toBe('penguin.png');

  // Dragged onto the canvas: a node in free space, since no input waits for an image.
  const from = await results.nth(2).boundingBox();
  const canvas = await page.getByTestId('canvas').boundingBox();
  if (from === null || canvas === null) throw new Error('The page shows no result, or no canvas.');
  await page.mouse.move(from.x + 5, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(canvas.x + 300, canvas.y + 60, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => nodesOf(page).then(Object.keys)).toContain('photo2');

  // In the gallery it opens in full, with the same menu; what the graph is needed for leaves the gallery.
  await results.nth(2).click({ button: 'right' });
  await menu.getByRole('menuitem', { name: 'Open in the gallery' }).click();
  const view = page.getByTestId('image-view');
  await view.getByRole('button', { name: 'Image actions' }).click();
  await menu.getByRole('menuitem').first().waitFor();
  expect(await menu.getByRole('menuitem').allTextContents()).toEqual(
    onCard.filter((label) => !/Compare|gallery/.test(label)),
  );
  await keepScreenshot(page, 'image-menu-gallery');
  await menu.getByRole('menuitem', { name: 'Inpaint …' }).click();
  await page.getByTestId('mask-painter').waitFor();
  expect(await page.getByTestId('gallery').count()).toBe(0);
  await page.keyboard.press('Escape');

  await results.first().click();
  await page.getByTestId('result-view').getByRole('button', { name: 'Image actions' }).click();
  await menu.getByRole('menuitem').first().waitFor();
  expect(await menu.getByRole('menuitem').allTextContents()).toEqual(onCard);
  await keepScreenshot(page, 'image-menu-full');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  // Only the menu went.
  expect(await page.getByTestId('result-view').getByRole('heading').textContent()).toContain('Result 1 of 4');
});

longTest('a run that would only repeat is reported instead, and new seeds make other images', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'image-variations');
  // The seed of the sampler does not count; the one that does is a click away.
  await page.locator('[data-node-id="sample"]').getByRole('button', { name: 'comes from Noise Augment' }).click();
  expect(await page.evaluate(() => window.__editor?.selection())).toEqual(['noise']);
  await page.evaluate(() => window.__editor?.fit());
  const images = page.locator('[data-node-id="save"] .card-result img');
  const shown = () => images.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).src.split('sha256=')[1]));
  const states = async () => (await server.runs()).map(({ state }) => state);
  await page.getByTestId('run').click();
  await expect.poll(states).toEqual(['succeeded']);
  await expect.poll(() => images.count()).toBe(4);
  const first = await shown();

  await page.getByTestId('run').click();
  const notice = page.getByTestId('run-notice');
  await notice.getByText('would save the same images again').waitFor();
  expect(await states()).toEqual(['succeeded']);
  await keepScreenshot(page, 'run-repeats');
  await notice.getByRole('button', { name: 'New seed and run' }).click();
  await expect.poll(states).toEqual(['succeeded', 'succeeded']);
  await expect.poll(shown).not.toEqual(first);
  const { noise } = await nodesOf(page);
  expect(noise?.params?.['seed']).not.toBe(42);

  await page.getByTestId('run').click();
  await notice.getByRole('button', { name: 'Run anyway' }).click();
  await expect.poll(states).toHaveLength(3);
});

/** The nodes of the document. */
function nodesOf(page: Page) {
  return page.evaluate(() => window.__editor?.nodes() ?? {});
}

/** The middle of the image that is painted on. */
async function boxOf(page: Page) {
  const box = await page.locator('.paint-sheet').boundingBox();
  if (box === null) throw new Error('The painter shows no image.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** How much of the image is masked, as the page shows it. */
function maskedShare(page: Page): Promise<number> {
  return page.locator('.paint-sheet canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let sum = 0;
    for (let i = 3; i < pixels.length; i += 4) sum += pixels[i] ?? 0;
    return sum / 255 / (canvas.width * canvas.height);
  });
}
