import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig({ models: 'bundled' });

test('a first-time user presses Run and watches four variations appear', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  await keepScreenshot(page, 'first-open');

  await page.evaluate(rememberLiveImages);

  // Act: one press.
  await page.getByTestId('run').click();

  // The image inside the node changes while it is made.
  await page.locator('[data-node-id="sample"] [data-testid="live-image"]').waitFor();
  await keepScreenshot(page, 'running');
  const results = page.locator('[data-node-id="save"] .card-result img');
  await expect.poll(() => results.count()).toBe(4);
  await expect
    .poll(() => results.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)))
    .toEqual([96, 96, 96, 96]);
  expect(await page.evaluate('window.liveImages.size')).toBeGreaterThan(3);
  await expect.poll(() => page.getByTestId('message').textContent()).toBe('Run finished: 4 images');
  await keepScreenshot(page, 'finished');
});

/** Runs in the page. The run is over in half a second, so asking from outside would miss most images. */
function rememberLiveImages(): void {
  const seen = new Set<string>();
  Object.assign(window, { liveImages: seen });
  const paint = CanvasRenderingContext2D.prototype.drawImage as (...args: unknown[]) => void;
  Object.assign(CanvasRenderingContext2D.prototype, {
    drawImage(this: CanvasRenderingContext2D, ...args: unknown[]): void {
      paint.apply(this, args);
      if (this.canvas.dataset['testid'] === 'live-image') seen.add(this.canvas.toDataURL());
    },
  });
}

test('an empty page offers what to begin with, a tour, and what each node is for', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?empty&test' });
  const start = page.getByTestId('start-page');
  await expect.poll(() => start.locator('.start-choice').count()).toBe(3);
  await expect.poll(() => start.locator('.start-image').count()).toBe(6);
  await keepScreenshot(page, 'start-page');

  await start.getByRole('button', { name: 'Variations of penguin' }).click();

  const shown = page.locator('[data-node-id="photo"] .image-drop img');
  await expect.poll(() => shown.getAttribute('alt')).toBe('penguin.png');
  expect(await start.count()).toBe(0);

  // The tour points at four things, and can be left.
  await page.getByRole('button', { name: 'New here? Take the tour' }).click();
  const tour = page.getByTestId('tour');
  for (const title of ['Start from an image', 'Run it', 'Use the results', 'Find everything again']) {
    await tour.getByRole('heading', { name: title }).waitFor();
    await keepScreenshot(page, `tour ${title}`);
    if (title !== 'Find everything again') await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Escape');
  await expect.poll(() => tour.count()).toBe(0);
  expect(await page.getByRole('button', { name: 'New here? Take the tour' }).count()).toBe(0);

  // The button shows where the pointer is.
  await page.locator('[data-node-id="noise"] .card-title').hover();
  await page.locator('[data-node-id="noise"]').getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'What is this?' }).click();
  const guide = page.getByTestId('node-guide');
  await guide.getByRole('heading', { name: 'Examples with this node' }).waitFor();
  await expect
    .poll(() =>
      guide
        .locator('.start-choice img')
        .first()
        .evaluate((image) => (image as HTMLImageElement).naturalWidth),
    )
    .toBeGreaterThan(100);
  await keepScreenshot(page, 'node-guide');
});
