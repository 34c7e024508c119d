import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { seriousFaults } from '../support/axe.js';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { openQuickExample, quickExample } from '../support/open-workflow.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
const READY = { timeout: 20_000 };

test('a selection becomes a subgraph by key, runs as one card, and can be entered, pinned, left and dissolved', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'image-variations');
  const before = await textOf(page);
  await select(page, ['embed', 'noise', 'prompt', 'sample', 'decode']);

  await page.keyboard.press('Control+j');

  const card = page.locator('[data-node-id="group"]');
  await card.waitFor();
  await keepScreenshot(page, 'subgraph-card');
  await page.getByTestId('run').click();
  await expect.poll(() => messageOf(page), READY).toBe('Run finished: 4 images');
  expect(await card.getAttribute('data-state')).toBe('finished');

  await card.locator('.card-header').dblclick({ position: { x: 60, y: 4 } });
  const sample = page.locator('[data-node-id="sample"]');
  await sample.waitFor();
  await expect.poll(() => sample.getAttribute('data-state'), READY).toBe('finished');
  expect(await page.getByTestId('breadcrumb').textContent()).toBe('Image variationsGroup');
  const steps = sample.getByRole('slider', { name: 'steps' });
  await steps.focus();
  await page.keyboard.press('Alt+p');
  await page.getByRole('button', { name: 'steps: It is shown on the subgraph’s node: hide it there' }).click();
  await page.getByRole('button', { name: /^guidance scale: Show it on the subgraph/ }).click();
  await page.getByRole('button', { name: 'Inputs and ports' }).click();
  const name = page.getByRole('textbox', { name: 'Name of param guidanceScale' });
  await name.waitFor();
  await keepScreenshot(page, 'subgraph-inside');
  if (IS_LONG_SUITE) expect(await seriousFaults(page)).toEqual([]);
  await name.fill('pull');
  await name.press('Enter');
  await page.locator('.canvas').focus();
  await page.keyboard.press('Shift+E');

  await card.waitFor();
  await card.locator('[data-param="pull"]').waitFor();
  expect(await subgraphsOf(page)).toMatchObject({ group: { params: { pull: 'sample.guidanceScale' } } });

  await select(page, ['group']);
  await page.keyboard.press('Control+k');
  await page.getByTestId('command-palette').locator('input:focus').waitFor();
  await page.keyboard.type('save the selection');
  await page.keyboard.press('Enter');
  await expect.poll(() => messageOf(page), READY).toContain('Saved to the library as Group.');
  const other = await rig.openEditor(server, { query: '?test&empty' });
  await other.locator('.canvas').focus();
  await other.keyboard.press('Tab');
  await other.getByPlaceholder('Search nodes').fill('group');
  await other.getByRole('option', { name: /^Group From the library/ }).click();
  await other.locator('[data-node-id="group"] [data-param="pull"]').waitFor();
  expect(await subgraphsOf(other)).toEqual(await subgraphsOf(page));
  await other.close();

  await page.keyboard.press('Control+Shift+j');
  await page.locator('[data-node-id="decode"]').waitFor();
  // Made, pinned, unpinned, pinned, renamed, dissolved.
  for (let undone = 0; undone < 6; undone++) await page.keyboard.press('Control+z');
  await expect.poll(() => textOf(page)).toBe(before);
});

longTest('a form made of the inputs runs with an image and a number, without the graph, and by its link', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await server.ask('PUT', '/api/workflows/portrait', { workflow: quickExample('form'), baseRevision: 0 });

  // From elsewhere, so that the page is loaded with this address.
  await page.goto('about:blank');
  await page.goto(`${server.origin}/?test#saved=portrait&form`);

  const form = page.getByTestId('form');
  await form
    .getByText('How many images to generate (batch size); with several image conditions, how many for each.')
    .waitFor();
  await form.getByText('Three named settings').waitFor();
  // On a phone the results are below the fields; what is drawn comes into view where they will be.
  await page.setViewportSize({ width: 390, height: 844 });
  const drawing = form.getByTestId('form-drawing');
  await setProgress(page, 3);
  await drawing.getByText('Step 3 of 20').waitFor();
  await drawing.getByRole('img', { name: 'Preview of the image being generated' }).waitFor();
  await form.getByTestId('form-stop').waitFor();
  await expect
    .poll(() => drawing.evaluate((image) => image.getBoundingClientRect().bottom), READY)
    .toBeLessThanOrEqual(844);
  await setProgress(page, undefined);
  await drawing.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1280, height: 720 });
  await form.locator('[data-input="count"] .typed-number input').fill('3');
  await page.keyboard.press('Tab');
  await form.getByRole('textbox', { name: 'In words' }).fill('a yellow heart');
  await form.getByTestId('form-run').click();
  await expect.poll(() => form.locator('.form-results img').count(), READY).toBe(3);
  await keepScreenshot(page, 'form');
  expect(await seriousFaults(page)).toEqual([]);

  const runs = await server.runs();
  const ran = await server.ask<{ nodes: Record<string, { params?: object }> }>(
    'GET',
    `/api/runs/${runs[0]?.id}/workflow`,
  );
  expect(ran.nodes['sample']?.params).toMatchObject({ count: 3 });
  expect(ran.nodes['prompt']?.params).toMatchObject({ prompt: 'a yellow heart' });
  await page.getByRole('button', { name: 'To the graph' }).click();
  await page.locator('[data-node-id="sample"]').waitFor();
});

longTest(
  'the axes of a sweep are chosen from the params that it can vary, and its cells are counted on the cards',
  async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server, { query: '?test' });
    await openQuickExample(page, 'sweep');
    const sweep = page.locator('[data-node-id="sweep"]');
    await sweep.waitFor();

    const axis = sweep.getByRole('combobox', { name: 'columns', exact: true });
    expect(await axis.inputValue()).toBe('noise.noiseLevel');
    await axis.selectOption({ label: 'Noise Augment: seed' });
    await sweep.getByRole('textbox', { name: 'column values' }).fill('1..2');
    await page.getByTestId('run').click();

    await expect.poll(() => messageOf(page), READY).toBe('Run finished: 1 image');
    await keepScreenshot(page, 'sweep');
    expect(await page.locator('[data-node-id="sample"]').getAttribute('data-state')).toBe('finished');
    const runs = await server.runs();
    const run = await server.ask<{ nodes: object }>('GET', `/api/runs/${runs[0]?.id}`);
    expect(Object.keys(run.nodes).filter((id) => id.startsWith('sample@'))).toHaveLength(4);

    // One cell of the grid is kept, chosen by its values.
    await page.locator('[data-node-id="save"] .card-result').click({ button: 'right' });
    const menu = page.getByTestId('image-menu');
    await menu.getByRole('menuitem', { name: 'Keep one image of the grid' }).click();
    const cell = 'Noise Augment: seed 2, Sampler (UNet Sample): guidance scale 1';
    await menu.getByRole('menuitem', { name: cell }).waitFor();
    await keepScreenshot(page, 'grid-cells');
    await menu.getByRole('menuitem', { name: cell }).click();
    await expect
      .poll(() => messageOf(page))
      .toBe(`The workflow now generates only the image with ${cell}. Undo brings back the others.`);
    const { nodes } = JSON.parse(await textOf(page));
    expect([nodes.save.inputs, nodes.noise.params.seed]).toEqual([{ image: 'decode.image' }, 2]);
  },
);

longTest('several images are dropped on a list, and go through the graph together', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'several-pictures');
  const list = page.locator('[data-node-id="photo"]').getByRole('textbox', { name: 'images' });
  await list.fill('');
  const chooser = page.waitForEvent('filechooser');

  await page.getByRole('button', { name: 'Add images from the disk' }).click();
  await (await chooser).setFiles(['green-ring', 'blue-star', 'red-heart'].map((name) => image(name)));

  await expect.poll(() => list.inputValue(), READY).toBe('green-ring.png\nblue-star.png\nred-heart.png');
  await page.getByTestId('run').click();
  await expect.poll(() => messageOf(page), READY).toBe('Run finished: 3 images');
  await keepScreenshot(page, 'several-pictures');

  // Paths become names: those in the list when it is left, all others when the workflow is saved.
  await list.fill('/home/mia/red-heart.png\nC:\\Users\\Mia\\blue-star.png');
  await list.blur();
  await expect.poll(() => list.inputValue()).toBe('red-heart.png\nblue-star.png');
  await page.evaluate(() => {
    window.__editor?.session.store.edit('add', (draft) => {
      draft.nodes['other'] = { type: 'LoadImage', params: { image: '/home/mia/green-ring.png' } };
      draft.layout.nodes['other'] = { x: 0, y: 2000 };
    });
  });
  await page.keyboard.press('Control+s');
  await page.getByTestId('modal').getByRole('textbox').fill('without paths');
  await page.keyboard.press('Enter');
  await expect.poll(() => messageOf(page), READY).toContain('Paths were replaced by file names: green-ring.png.');
  const saved = await server.ask('GET', '/api/workflows/without%20paths');
  expect(JSON.stringify(saved)).toContain('"green-ring.png"');
  expect([JSON.stringify(saved), await textOf(page)].filter((text) => /mia/i.test(text))).toEqual([]);
});

/** As if a run of this page were at a step of its sampler, or at its end. */
function setProgress(page: Page, step: number | undefined): Promise<void> {
  return page.evaluate((at) => {
    const { running, previews } = window.__editor?.session ?? {};
    const current = { node: 'sample', startedAtMs: 0, step: at ?? 0, steps: 20 };
    running?.runner.state.setState({
      own: at === undefined ? [] : ['run'],
      progress: at === undefined ? undefined : { runId: 'run', expectedMs: { sample: 0 }, done: new Set(), current },
    });
    if (at !== undefined) previews?.push('sample', new Blob());
  }, step);
}

function image(name: string): string {
  return fileURLToPath(new URL(`../../workflows/images/${name}.png`, import.meta.url));
}

async function select(page: Page, ids: readonly string[]): Promise<void> {
  const [first = '', ...others] = ids;
  const head = (id: string) => page.locator(`[data-node-id="${id}"] [data-testid="node-header"]`);
  await head(first).click({ position: { x: 60, y: 4 } });
  for (const id of others) await head(id).click({ position: { x: 60, y: 4 }, modifiers: ['Shift'] });
}

function textOf(page: Page): Promise<string> {
  return page.evaluate(() => window.__editor?.text() ?? '');
}

async function subgraphsOf(page: Page): Promise<unknown> {
  return JSON.parse(await textOf(page)).subgraphs;
}

function messageOf(page: Page): Promise<string | null> {
  return page.getByTestId('message').textContent();
}
