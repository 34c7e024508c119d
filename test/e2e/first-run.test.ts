import { expect, test } from 'vitest';
import { editorRig, keepScreenshot } from '../support/editor-rig.js';

const rig = editorRig();

test('a first-time user presses Run and watches four variations appear', async () => {
  const server = await rig.startServer();
  const page = await rig.openEditor(server);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  await keepScreenshot(page, 'first-open');

  // Act: one press.
  await page.getByTestId('run').click();

  // The picture inside the node changes while it is made.
  const live = page.locator('[data-node-id="sample"] [data-testid="live-picture"]');
  await live.waitFor();
  const seen = new Set<string>();
  const results = page.locator('[data-node-id="save"] .card-result img');
  while ((await results.count()) === 0) {
    const picture = await live.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()).catch(() => undefined);
    if (picture !== undefined) seen.add(picture);
    if (seen.size === 3) await keepScreenshot(page, 'running');
  }
  await expect.poll(() => results.count()).toBe(4);
  await expect
    .poll(() => results.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)))
    .toEqual([64, 64, 64, 64]);
  expect(seen.size).toBeGreaterThan(3);
  await expect.poll(() => page.getByTestId('message').textContent()).toBe('Run finished: 4 pictures');
  await keepScreenshot(page, 'finished');
});
