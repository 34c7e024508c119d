import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();

test('a first-time user presses Run and watches four variations appear', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  await keepScreenshot(page, 'first-open');

  await page.evaluate(rememberLivePictures);

  // Act: one press.
  await page.getByTestId('run').click();

  // The picture inside the node changes while it is made.
  await page.locator('[data-node-id="sample"] [data-testid="live-picture"]').waitFor();
  await keepScreenshot(page, 'running');
  const results = page.locator('[data-node-id="save"] .card-result img');
  await expect.poll(() => results.count()).toBe(4);
  await expect
    .poll(() => results.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)))
    .toEqual([96, 96, 96, 96]);
  expect(await page.evaluate('window.livePictures.size')).toBeGreaterThan(3);
  await expect.poll(() => page.getByTestId('message').textContent()).toBe('Run finished: 4 images');
  await keepScreenshot(page, 'finished');
});

/** Runs in the page. The run is over in half a second, so asking from outside would miss most pictures. */
function rememberLivePictures(): void {
  const seen = new Set<string>();
  Object.assign(window, { livePictures: seen });
  const paint = CanvasRenderingContext2D.prototype.drawImage as (...args: unknown[]) => void;
  Object.assign(CanvasRenderingContext2D.prototype, {
    drawImage(this: CanvasRenderingContext2D, ...args: unknown[]): void {
      paint.apply(this, args);
      if (this.canvas.dataset['testid'] === 'live-picture') seen.add(this.canvas.toDataURL());
    },
  });
}
