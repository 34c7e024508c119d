import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { seriousFaults } from '../support/axe.js';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { loraFile } from '../support/lora-file.js';
import { standInHub } from '../support/stand-in-hub.js';
import { tempFolder } from '../support/temp-folder.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
const IMAGES = new URL('../../workflows/images/', import.meta.url);
const REPOSITORY = 'maker/kite-style';
const LORA = 'kite.safetensors';

test('a model is found on the hub, downloaded once its licence is accepted, deleted and brought back', async () => {
  const bytes = loraFile(768, { 'modelspec.trigger_phrase': 'kite style', ...thumbnail('red-heart.png') }, 4096);
  const hub = await standInHub(REPOSITORY, { [LORA]: bytes, 'README.md': Buffer.from('# Kite') });
  hub.describe({ license: 'openrail++', tags: ['lora'], sha: 'c0ffee'.padEnd(40, '0') });
  hub.slowDown(256 * 1024, 150);
  const own = tempFolder();
  const server = await rig.startServer({
    args: ['--download-dir', own, '--models', installedModels()],
    env: { HF_ENDPOINT: hub.endpoint },
  });
  const page = await rig.openEditor(server, { query: '?empty&test' });

  await page.getByTestId('models-button').click();
  await page.getByTestId('model-list').getByText('paper-cut').waitFor();
  await page.getByTestId('models-add').click();
  await page.getByLabel('Repository on the hub').fill(REPOSITORY);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByTestId('model-offer').getByText('Licence: openrail++').waitFor();
  expect(await page.getByTestId('model-download').isDisabled()).toBe(true);
  await keepScreenshot(page, 'models-offer');
  await page.getByTestId('model-accept').check();
  await page.getByTestId('model-download').click();

  // Its progress moves, and it is listed once it is whole.
  const progress = page.locator(`[data-repository="${REPOSITORY}"] progress`);
  await expect.poll(() => progress.evaluate((bar) => (bar as HTMLProgressElement).position)).toBeGreaterThan(0.2);
  await keepAtBothWidths(page, 'model-manager');
  if (IS_LONG_SUITE) expect(await seriousFaults(page)).toEqual([]);
  hub.slowDown(0, 0);
  const row = page.locator(`[data-model="kite-style/${LORA}"]`);
  await row.waitFor();
  expect(readFileSync(join(own, 'loras/kite-style', LORA)).equals(bytes)).toBe(true);

  // Those of other programs cannot be deleted here.
  await page.getByTestId('model-list').getByText('paper-cut').click();
  await page.getByTestId('model-details').getByText('Managed elsewhere').waitFor();
  expect(await page.getByTestId('model-delete').count()).toBe(0);

  await row.click();
  await page.getByTestId('model-check').click();
  await page.getByTestId('model-health').getByText('OK: all weights are there.').waitFor();
  await keepScreenshot(page, 'models-details');
  await page.getByTestId('model-license').click();
  const license = page.getByTestId('license-dialog');
  await license.getByText('You may not use the model:').waitFor();
  expect(await license.locator('li').count()).toBe(11);
  await keepScreenshot(page, 'models-licence');
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await license.waitFor({ state: 'detached' });
  await page.getByTestId('model-delete').click();
  await row.waitFor({ state: 'detached' });
  expect(existsSync(join(own, 'loras/kite-style'))).toBe(false);
  await page.getByTestId('models-undo').click();
  await row.waitFor();
  expect(existsSync(join(own, 'loras/kite-style', LORA))).toBe(true);
}, 90_000);

longTest(
  'a LoRA is chosen by its image; one for another model is grey and says why',
  async () => {
    const server = await rig.startServer({ args: ['--models', installedModels()] });
    await server.ask('PUT', '/api/workflows/lora', { workflow: WITH_LORA, baseRevision: 0 });
    const page = await rig.openEditor(server, { query: '?test' });
    await page.goto(`${server.origin}/?test#saved=lora`);
    const card = page.locator('[data-node-id="lora"]');

    // Who is about to open the list sees which files cannot be used, and why.
    const list = card.getByRole('combobox').first();
    await list.hover();
    const damaged = list.locator('option[value="ink-lines.pt"]');
    await expect.poll(() => damaged.textContent()).toBe('ink-lines.pt (cannot be used)');
    expect(await damaged.getAttribute('title')).toContain('ink-lines.pt');
    await list.selectOption('ink-lines.pt');
    expect(await list.getAttribute('aria-invalid')).toBe('true');
    expect(await list.getAttribute('data-tip')).toBe(await damaged.getAttribute('title'));

    await card.getByRole('button', { name: /choose with images/ }).click();
    expect(await page.getByRole('dialog').getByRole('heading').first().textContent()).toBe('Choose a LoRA');
    const picker = page.getByTestId('model-picker');
    await picker.locator('[data-model="paper-cut.safetensors"] img').waitFor();
    const titles = () => picker.locator('[data-model^="ink-lines"] strong').allTextContents();
    expect((await titles()).toSorted()).toEqual(['ink-lines.pt', 'ink-lines.safetensors']);
    const unfit = picker.locator('[data-model="watercolour.safetensors"]');
    await expect.poll(() => unfit.getAttribute('data-unfit')).not.toBeNull();
    const widths = () =>
      picker.locator('img').evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
    await expect.poll(async () => (await widths()).filter((width) => width > 0).length).toBe(3);
    await keepAtBothWidths(page, 'lora-picker');

    expect(await unfit.getByRole('button').first().isDisabled()).toBe(true);
    expect(await unfit.textContent()).toContain('Made for Stable Diffusion XL; does not fit emoji-unclip.');
    expect(await picker.locator('[data-model="paper-cut.safetensors"]').textContent()).toContain('paper cut, layered');
    if (IS_LONG_SUITE) expect(await seriousFaults(page)).toEqual([]);
    await page.getByTestId('models-search').fill('layered');
    await expect.poll(() => picker.locator('li').count()).toBe(1);
    await picker.locator('[data-model="paper-cut.safetensors"] button').first().click();
    await picker.waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => window.__editor?.text())).toMatch(/"lora":\s*"paper-cut\.safetensors"/);
  },
  60_000,
);

const WITH_LORA = {
  format: 'unclip-workflow',
  version: 1,
  title: 'With a LoRA',
  nodes: {
    model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
    lora: { type: 'ApplyLora', inputs: { unet: 'model.unet', text: 'model.text' } },
  },
};

/** As ComfyUI's users have them: files of several families, with images and notes next to them or inside. */
function installedModels(): string {
  const root = tempFolder();
  const loras = join(root, 'loras');
  mkdirSync(loras);
  const add = (name: string, width: number, metadata: Readonly<Record<string, string>> = {}) =>
    writeFileSync(join(loras, `${name}.safetensors`), loraFile(width, metadata, 64));
  add('paper-cut', EMOJI_TEXT_WIDTH, thumbnail('red-heart.png'));
  writeFileSync(join(loras, 'paper-cut.civitai.info'), JSON.stringify({ trainedWords: ['paper cut', 'layered'] }));
  writeFileSync(join(loras, 'ink-lines.pt'), 'the beginning of a download');
  add('ink-lines', EMOJI_TEXT_WIDTH, {
    ss_tag_frequency: JSON.stringify({ set: { 'ink drawing': 40, monochrome: 31 } }),
  });
  writeFileSync(join(loras, 'ink-lines.preview.png'), readFileSync(new URL('blue-star.png', IMAGES)));
  add('plain', EMOJI_TEXT_WIDTH);
  add('watercolour', 2048, { 'modelspec.trigger_phrase': 'watercolour', ...thumbnail('green-ring.png') });
  return root;
}

/** Of the bundled checkpoint. */
const EMOJI_TEXT_WIDTH = 128;

function thumbnail(name: string): Readonly<Record<string, string>> {
  const base64 = readFileSync(new URL(name, IMAGES)).toString('base64');
  return { 'modelspec.thumbnail': `data:image/png;base64,${base64}` };
}

async function keepAtBothWidths(page: Page, name: string): Promise<void> {
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    await keepScreenshot(page, `${name}-${width}`);
  }
}
