import { buffer } from 'node:stream/consumers';
import { isWhole, readZip } from '@unclip-studio/graph-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { faults as allFaults, seriousFaults } from '../support/axe.js';
import { fillGallery } from '../support/fill-gallery.js';
import { IS_LONG_SUITE, inLongSuite, longTest } from '../support/long-suite.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';
import type { EditorServer } from './support/editor-server.js';

const rig = editorRig({ models: 'bundled' });

test('images are found, starred, compared, deleted, brought back and opened again', async () => {
  const server = await rig.sharedServer();
  await haveImages(server, 'a red heart', 'red-heart.png');
  await haveImages(server, 'a blue star', 'blue-star.png');
  const all = await countAll(server);
  const page = await rig.openEditor(server, { query: '?test' });
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  const before = await page.evaluate(() => window.__editor?.text());

  await page.getByTestId('gallery-button').click();
  await expect.poll(() => countOf(page)).toBe(`${all} images`);
  await untilDrawn(page, all);
  await keepScreenshot(page, 'gallery');

  // Found by the prompt, and by what is not understood nothing is lost.
  await page.getByTestId('gallery-search').fill('heart');
  await expect.poll(() => countOf(page)).toBe('4 images');
  await page.getByTestId('gallery-search').fill('heart stepz>3');
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('Did you mean steps?');
  await keepScreenshot(page, 'gallery-problem');
  await page.getByTestId('gallery-search').fill('');
  await expect.poll(() => countOf(page)).toBe(`${all} images`);

  // By keys: the second one gets a star.
  await page.getByTestId('gallery-grid').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('s');
  await page.locator('#image-1[data-starred]').waitFor();

  // Two are compared, and say where they part.
  await page.keyboard.press(' ');
  await page.keyboard.press('End');
  await page.keyboard.press(' ');
  await page.getByTestId('gallery-selection').getByRole('button', { name: 'Compare' }).click();
  await expect.poll(() => page.getByTestId('compare-view').textContent()).toContain('prompt');
  await page.getByRole('button', { name: 'Slider' }).click();
  await page.getByRole('slider', { name: 'Slider' }).fill('30');
  await keepScreenshot(page, 'gallery-compare');
  await page.keyboard.press('Escape');
  await page.getByTestId('compare-view').waitFor({ state: 'detached' });

  // Both in one file.
  const selection = page.getByTestId('gallery-selection');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    selection.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  const zip = readZip(await buffer(await download.createReadStream()), { entries: 10 });
  expect(zip.map(({ name }) => name)).toEqual([
    expect.stringMatching(/-\d\.png$/),
    expect.stringMatching(/-\d.*\.png$/),
  ]);
  expect(zip.every((file) => isWhole(file, file.packed))).toBe(true);

  // Deleted, and back.
  await page.getByTestId('gallery-selection').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => countOf(page)).toBe(`${all - 2} images`);
  await page.getByTestId('gallery-undo').click();
  await expect.poll(() => countOf(page)).toBe(`${all} images`);

  // By keys onto a board, where it is found; and by what it has in common with others.
  await page.getByTestId('gallery-grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('m');
  await page.getByRole('textbox', { name: 'Name of a new board' }).fill('Stars');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByTestId('gallery-message').textContent()).toBe('1 image moved to Stars');
  await page.getByRole('combobox', { name: 'Board' }).selectOption('Stars');
  await expect.poll(() => countOf(page)).toBe('1 image');
  await keepScreenshot(page, 'gallery-board');
  await page.locator('#image-0 img').click();
  await page.getByRole('button', { name: 'Same prompt' }).click();
  await expect.poll(() => countOf(page)).toBe('4 images');
  await page.locator('#image-0 img').click();
  await page.getByRole('button', { name: 'Same input image' }).click();
  await expect.poll(() => countOf(page)).toBe('4 images');
  await page.getByTestId('gallery-search').fill('');
  await page.getByRole('combobox', { name: 'Month' }).selectOption('today');
  await expect.poll(() => countOf(page)).toBe(`${all} images`);
  await page.getByRole('slider', { name: 'Size of the images' }).fill('300');
  await expect.poll(async () => (await page.locator('#image-0').boundingBox())?.width).toBeGreaterThan(290);
  await page.getByRole('combobox', { name: 'Month' }).selectOption('');
  await expect.poll(() => countOf(page)).toBe(`${all} images`);

  // All without a star, which is said before.
  await page.getByRole('button', { name: 'Clean up' }).click();
  await page.getByTestId('modal').waitFor();
  await keepScreenshot(page, 'gallery-clean');
  await page.getByTestId('gallery-clean').click();
  await expect.poll(() => countOf(page)).toBe('1 image');
  await page.getByTestId('gallery-undo').click();
  await expect.poll(() => countOf(page)).toBe(`${all} images`);

  // Looked at: its settings lead to others with them, and the graph has not changed.
  await page.locator('#image-0 img').click();
  await page.getByTestId('image-view').getByText('Noise Augment').waitFor();
  await keepScreenshot(page, 'gallery-picture');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByTestId('gallery').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => window.__editor?.text())).toBe(before);

  // Opened again as a workflow.
  await page.keyboard.press('Control+Shift+g');
  await page.locator('#image-0 img').click();
  await page.getByRole('button', { name: 'Open its workflow', exact: true }).click();
  await expect.poll(() => page.evaluate(() => window.__editor?.text())).toContain('a blue star');
}, 90_000);

longTest(
  'images like one are found, new ones arrive by themselves, and one is dragged onto the graph',
  async () => {
    const server = await rig.sharedServer();
    await haveImages(server, 'a red heart', 'red-heart.png');
    const page = await rig.openEditor(server, { query: '?empty&test' });
    await page.getByTestId('gallery-button').click();
    const before = await countAll(server);
    await expect.poll(() => countOf(page)).toBe(`${before} images`);

    await makeImages(server, 'a green ring', 'green-ring.png');
    await expect.poll(() => countOf(page), { timeout: 10_000 }).toBe(`${before + 4} images`);

    // The worker indexes new images while nothing runs.
    await expect.poll(() => likeTheNewest(server), { timeout: 30_000 }).toBeGreaterThan(0);
    await page.locator('#image-0 img').click();
    await page.getByTestId('image-view').getByRole('button', { name: 'Find similar images' }).click();
    await page.getByText('Like this one').waitFor();
    await expect.poll(async () => Number.parseInt((await countOf(page)) ?? '', 10)).toBeLessThan(before + 4);
    await page.locator('#image-0 img').waitFor();
    await keepScreenshot(page, 'gallery-like');
    await page.getByRole('button', { name: 'All images', exact: true }).click();
    await expect.poll(() => countOf(page)).toBe(`${before + 4} images`);

    await page.locator('#image-2 img').waitFor();
    await page.locator('#image-2').dragTo(page.locator('body'), { targetPosition: { x: 640, y: 420 } });
    await page.getByTestId('gallery').waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => window.__editor?.text())).toContain('LoadImage');
  },
  90_000,
);

if (IS_LONG_SUITE) {
  test('of fifteen hundred images only those in sight are on the page and asked for', async () => {
    const server = await rig.startServer({ prepare: (dataFolder) => fillGallery(dataFolder, 1_500) });
    const page = await rig.openEditor(server);
    await page.getByTestId('gallery-button').click();
    await expect.poll(() => countOf(page)).toBe('1,500 images');
    await page.locator('.image-tile img').first().waitFor();
    const lists: string[] = [];
    page.on('request', (request) => request.url().includes('/api/gallery?') && lists.push(request.url()));
    const grid = page.getByTestId('gallery-grid');

    // Flies over everything between two frames, and stays at the end.
    await grid.evaluate((element) => {
      for (let i = 1; i <= 30; i++) element.scrollTo(0, (element.scrollHeight * i) / 30);
    });
    await page.locator('#image-1499 img').waitFor();

    expect(await page.locator('.image-tile').count()).toBeLessThan(100);
    expect(lists.length).toBeLessThan(20);
  }, 60_000);

  test('axe finds no serious fault in the gallery', async () => {
    const server = await rig.sharedServer();
    await haveImages(server, 'a red heart', 'red-heart.png');
    const page = await rig.openEditor(server);
    await page.getByTestId('gallery-button').click();
    await untilDrawn(page, await countAll(server));
    const faults: unknown[] = [];
    for (const colorScheme of ['light', ...inLongSuite(['dark'] as const)] as const) {
      await page.emulateMedia({ colorScheme });
      faults.push(...(await seriousFaults(page)));
      await page.locator('#image-0 img').click();
      await page.getByTestId('image-view').getByText('Noise Augment').waitFor();
      faults.push(...(await seriousFaults(page)));
      await keepScreenshot(page, `gallery-${colorScheme}`);
      await page.keyboard.press('Escape');
    }
    // An open menu, and a list without images.
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('#image-0 img').click({ button: 'right' });
    await page.getByTestId('image-menu').waitFor();
    faults.push(...(await allFaults(page)));
    await page.keyboard.press('Escape');
    await page.getByTestId('gallery-search').fill('nothingiscalledso');
    await page.locator('.gallery-empty').waitFor();
    faults.push(...(await allFaults(page)));

    expect(faults).toEqual([]);
  }, 60_000);
}

/** Makes them, unless another test of this file has. */
async function haveImages(server: EditorServer, prompt: string, image: string): Promise<void> {
  if ((await countAll(server, prompt)) === 0) await makeImages(server, prompt, image);
}

async function countAll(server: EditorServer, query = ''): Promise<number> {
  const found = `/api/gallery?query=${encodeURIComponent(query)}&limit=1`;
  return (await server.ask<{ total: number }>('GET', found)).total;
}

/** How many images are known to be similar to the newest one; none before it has been indexed. */
async function likeTheNewest(server: EditorServer): Promise<number> {
  const { pictures: images } = await server.ask<{ pictures: { id: string }[] }>('GET', '/api/gallery?limit=1');
  const found = server.ask<{ pictures: unknown[] }>('GET', `/api/gallery/${images[0]?.id}/similar`);
  return found.then(
    (answer) => answer.pictures.length,
    () => 0,
  );
}

/** Four variations on the bundled model, in few steps. */
async function makeImages(server: EditorServer, prompt: string, image: string): Promise<void> {
  const before = await countAll(server, prompt);
  const params = { photo: { image }, prompt: { prompt }, sample: { steps: 4 } };
  const body = { template: 'image-variations', params };
  const { id } = await server.ask<{ id: string }>('POST', '/api/runs', body);
  const stateOf = async () => (await server.ask<{ state: string }>('GET', `/api/runs/${id}`)).state;
  await expect.poll(stateOf, { timeout: 20_000 }).toBe('succeeded');
  // They are found once they are in the index, a moment later.
  await expect.poll(() => countAll(server, prompt)).toBe(before + 4);
}

function countOf(page: Page): Promise<string | null> {
  return page.getByTestId('gallery-count').textContent();
}

async function untilDrawn(page: Page, count: number): Promise<void> {
  const drawn = () =>
    page
      .locator('.image-tile img')
      .evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length);
  await expect.poll(drawn, { timeout: 10_000 }).toBe(count);
}
