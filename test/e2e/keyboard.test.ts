import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { faults } from '../support/axe.js';
import { inLongSuite } from '../support/long-suite.js';
import { openQuickExample } from '../support/open-workflow.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
/** The default workflow, in the order of the outline: what to add, and what its inputs read. */
const DEFAULT: readonly NodeToAdd[] = [
  { name: 'Load Model', id: 'model', inputs: {} },
  { name: 'Load Image', id: 'photo', inputs: {} },
  { name: 'CLIP Image', id: 'embed', inputs: { vision: 'model.vision', image: 'photo.image' } },
  { name: 'Noise Augment', id: 'noise', inputs: { embed: 'embed.embed' } },
  { name: 'Text Encode', id: 'prompt', inputs: { text: 'model.text' } },
  {
    name: 'Sampler (UNet Sample)',
    id: 'sample',
    inputs: {
      unet: 'model.unet',
      prompt: 'prompt.conditioning',
      image: 'noise.condition',
      generator: 'noise.generator',
    },
  },
  { name: 'VAE Decode', id: 'decode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
  { name: 'Save Image', id: 'save', inputs: { image: 'decode.image' } },
];

const SMALL: readonly NodeToAdd[] = [
  { name: 'Load Image', id: 'photo', inputs: {} },
  { name: 'Save Image', id: 'save', inputs: { image: 'photo.image' } },
];

interface NodeToAdd {
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, string>>;
}

test.each([
  { title: 'a small workflow', nodes: SMALL },
  ...inLongSuite([{ title: 'the default workflow', nodes: DEFAULT }]),
])('keys alone build $title from an empty page, and run it', async ({ nodes }) => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?empty&test' });
  const press = (key: string) => page.keyboard.press(key);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();

  // Act: no mouse from here on.
  await press('Control+Shift+L');
  await page.locator('.outline :focus').waitFor();
  for (const [i, { name, id, inputs }] of nodes.entries()) {
    // From a row, the field for new nodes is one Tab back.
    if (i > 0) await press('Shift+Tab');
    await page.keyboard.type(name);
    await page.locator('.outline-add [cmdk-item][data-selected="true"]').waitFor();
    await press('Enter');
    await focusedRow(page, id);
    for (const [input, source] of Object.entries(inputs)) {
      await goDownToRow(page, `${id}<${input}`);
      await press('c');
      await page.getByTestId('connect-list').locator('input:focus').waitFor();
      await page.keyboard.type(source);
      await page.locator('.outline-connect [cmdk-item][data-selected="true"]').waitFor();
      await press('Enter');
      await focusedRow(page, `${id}<${input}`);
    }
    await press('End');
  }
  // The image is chosen in the card, to which Enter leads.
  await press('Home');
  await goDownToRow(page, 'photo');
  await press('Enter');
  await page.locator('[data-node-id="photo"]:focus').waitFor();
  const select = page.locator('[data-node-id="photo"] select');
  for (let i = 0; i < 20 && !(await isFocused(page, select)); i++) await press('Tab');
  await select.locator('option[value="red-heart.png"]').waitFor({ state: 'attached' });
  await page.keyboard.type('red');
  await press('Control+Enter');

  const links = await page.evaluate(() => window.__editor?.links().toSorted());
  const wanted = nodes.flatMap(({ id, inputs }) =>
    Object.entries(inputs).map(([input, source]) => `${source} -> ${id}.${input}`),
  );
  expect(links).toEqual(wanted.toSorted());
  await expect.poll(() => page.getByTestId('message').textContent(), { timeout: 20_000 }).toBe('Run finished: 1 image');
  await press('Control+Shift+L');
  await page.locator('.outline :focus').waitFor();
  await press('Home');
  await goDownToRow(page, 'save');
  await press('Enter');
  await page.locator('[data-node-id="save"] .card-result img').first().waitFor();
  await keepScreenshot(page, 'keyboard');
});

// Each takes a second of processor time: all of them in the long suite.
const PANELS = ['Queue', ...inLongSuite(['Library', 'Outline', 'Results'])];
const DIALOGS = [
  ['Control+k', 'command-palette'],
  ...inLongSuite([
    ['Control+Shift+S', 'modal'],
    ['Control+f', 'find-node'],
    ['F1', 'help'],
    ['Control+Shift+G', 'gallery'],
  ] as const),
] as const;
const SETTINGS = ['General', ...inLongSuite(['Canvas', 'Runs', 'Keys'])];

test('axe finds no fault: the page, the panels, the dialogs, light and dark', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').click();
  await page.locator('[data-node-id="save"] .card-result img').first().waitFor();

  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    expect(await faults(page), theme).toEqual([]);
  }
  for (const panel of PANELS) {
    await page.getByRole('banner').getByRole('button', { name: panel, exact: true }).click();
    await page.getByRole('tabpanel', { name: panel }).waitFor();
    expect(await faults(page), panel).toEqual([]);
  }
  await page.getByTestId('canvas').focus();
  for (const [key, testId] of DIALOGS) {
    await page.keyboard.press(key);
    await page.getByTestId(testId).waitFor();
    expect(await faults(page), testId).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId(testId).waitFor({ state: 'detached' });
  }
  await page.keyboard.press('Control+,');
  const settings = page.getByTestId('settings');
  for (const tab of SETTINGS) {
    await settings.getByRole('tab', { name: tab }).click();
    expect(await faults(page), tab).toEqual([]);
  }
});

test('fields say what they are for, and the panels of a side are tabs for the arrow keys', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openQuickExample(page, 'image-variations');
  const steps = page.locator('[data-node-id="sample"] [data-param="steps"] input[type="range"]');
  await steps.waitFor();

  const undescribed = await page.locator('[data-testid="node"] .param').evaluateAll((params) =>
    params.flatMap((param) => {
      const fields = [...param.querySelectorAll('input:not([hidden]), select, textarea, [role="switch"]')];
      const texts = fields.map((field) =>
        (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
      );
      return texts.every(([text]) => text) ? [] : [param.getAttribute('data-param')];
    }),
  );
  expect(undescribed).toEqual([]);

  await page.getByRole('banner').getByRole('button', { name: 'Library', exact: true }).click();
  const tabs = page
    .getByRole('tablist')
    .filter({ has: page.getByRole('tab', { name: 'Library' }) })
    .getByRole('tab');
  expect(await tabs.count()).toBeGreaterThan(1);
  await page.getByRole('tab', { name: 'Library' }).focus();
  await page.keyboard.press('ArrowRight');
  const next = page.locator('[role="tab"]:focus');
  await expect.poll(() => next.getAttribute('aria-selected')).toBe('true');
  const name = (await next.textContent()) ?? '';
  expect(name).not.toBe('Library');
  await page.getByRole('tabpanel', { name }).waitFor();
});

async function goDownToRow(page: Page, key: string): Promise<void> {
  const row = page.locator(`[data-row="${key}"]`);
  for (let i = 0; i < 60 && !(await isFocused(page, row)); i++) await page.keyboard.press('ArrowDown');
  await focusedRow(page, key);
}

async function focusedRow(page: Page, key: string): Promise<void> {
  await page.locator(`[data-row="${key}"]:focus`).waitFor();
}

async function isFocused(page: Page, locator: ReturnType<Page['locator']>): Promise<boolean> {
  // The focus moves a frame after the key.
  await page.evaluate(() => new Promise(requestAnimationFrame));
  return locator.evaluate((element) => element === document.activeElement).catch(() => false);
}
