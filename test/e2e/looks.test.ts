import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { IS_LONG_SUITE } from '../support/long-suite.js';
import { openQuickExample, openWorkflow } from '../support/open-workflow.js';
import { editorRig, keepScreenshot } from './support/editor-rig.js';

const rig = editorRig();
const TOOLBAR_PARTS = '.toolbar button:not([hidden]), .toolbar input, .workflow-title';
const TEMPLATE = new URL('../../workflows/image-variations.json', import.meta.url);

interface WorkflowFile {
  readonly nodes: Readonly<Record<string, { readonly inputs?: Readonly<Record<string, string>> }>>;
  readonly layout: { readonly nodes: Readonly<Record<string, { readonly x: number; readonly y: number }>> };
}

if (IS_LONG_SUITE) {
  test('light and dark, with results: nothing covers anything else', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    await openQuickExample(page, 'image-variations');
    await page.getByTestId('run').click();
    await page.locator('[data-node-id="save"] .card-result img').first().waitFor();

    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await keepScreenshot(page, theme);
    }

    expect(
      await overlaps(page, ['.toolbar', '.status-bar', '.canvas-tools', '.minimap', '[data-testid="node"]']),
    ).toEqual([]);
    await page.getByRole('button', { name: 'Results', exact: true }).click();
    await page.getByTestId('results').getByRole('listitem').first().waitFor();
    await keepScreenshot(page, 'results');
    expect(await overlaps(page, ['.toolbar', '.panel', '.status-bar', '.canvas-tools', '.minimap'])).toEqual([]);
    await page.locator('.forecast-chip').evaluate((chip) => {
      const [text] = chip.childNodes;
      if (text !== undefined) text.nodeValue = 'about 12 min 30 s, 128 of 256 nodes from the cache';
    });
    expect(await overlaps(page, [TOOLBAR_PARTS])).toEqual([]);
    // While there is nothing to forecast, what is beside it stays where it is.
    const stopAt = () => page.getByTestId('stop').evaluate((stop) => stop.getBoundingClientRect().left);
    const before = await stopAt();
    await page.locator('.forecast-chip').evaluate((chip) => chip.setAttribute('style', 'display: none'));
    expect(await stopAt()).toBe(before);

    await page.getByRole('separator').press('ArrowUp');
    const grown = await page.locator('.panel').evaluate((panel) => panel.getBoundingClientRect().height);
    expect(grown).toBe(220);
    for (const [width, height] of [
      [1024, 700],
      [768, 1024],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await keepScreenshot(page, `${width} px`);
      expect(await overlaps(page, [`${TOOLBAR_PARTS}, .phone-bar button`])).toEqual([]);
      expect(
        await overlaps(page, ['.toolbar', '.panel', '.status-bar', '.phone-bar', '.canvas-tools', '.minimap']),
      ).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    await page.getByTestId('phone-form').click();
    await page.locator('.form-results img').first().waitFor();
    // Its image, its prompts, and how many.
    expect(await page.locator('.form-field').count()).toBe(4);
    await keepScreenshot(page, 'form on a phone');
    // Under the bar with Run, which stays in sight, the rest is scrolled.
    expect(await overlaps(page, ['.form-fields > :not(.form-actions)', '.form-results > *'])).toEqual([]);
    await page.getByRole('button', { name: 'To the graph' }).click();
    await page.getByTestId('run-menu').click();
    await page.getByRole('menuitem', { name: 'New seed and run' }).click();
    await page.getByTestId('phone-queue').click();
    await page.getByTestId('queue').waitFor();
    await page.getByTestId('phone-gallery').click();
    await page.getByRole('heading', { name: 'Gallery' }).waitFor();

    await page.setViewportSize({ width: 1280, height: 720 });
    await page.reload();
    await page.getByRole('button', { name: 'Results', exact: true }).click();
    const remembered = await page.locator('.panel').evaluate((panel) => panel.getBoundingClientRect().height);
    expect(remembered).toBe(grown);
  });
}

test('nothing covers anything else around an open panel, down to the width of a phone', async () => {
  const page = await rig.openEditor(await rig.sharedServer());
  await page.getByRole('button', { name: 'Results', exact: true }).click();
  await page.locator('.panel').waitFor();

  const faults: string[] = [];
  for (const width of [1280, 1024, 390]) {
    await page.setViewportSize({ width, height: 720 });
    const parts = ['.toolbar', '.panel', '.status-bar', '.phone-bar', '.canvas-tools', '.minimap'];
    const found = [...(await overlaps(page, [TOOLBAR_PARTS])), ...(await overlaps(page, parts))];
    faults.push(...found.map((words) => `${width} px: ${words}`));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }

  expect(faults).toEqual([]);
});

test('a thousand nodes', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  const one = JSON.parse(readFileSync(TEMPLATE, 'utf8')) as WorkflowFile;

  await openWorkflow(page, copies(one, 125));

  await expect.poll(() => page.locator('.status-bar').textContent(), { timeout: 20_000 }).toContain('1,000 nodes');
  await keepScreenshot(page, '1000-nodes');
});

/** The same graph many times over, side by side and below one another. */
function copies(one: WorkflowFile, count: number): unknown {
  const nodes: Record<string, unknown> = {};
  const places: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const [dx, dy] = [(i % 10) * 2000, Math.floor(i / 10) * 900];
    for (const [id, node] of Object.entries(one.nodes)) {
      const inputs = Object.entries(node.inputs ?? {}).map(([input, source]) => [input, source.replace('.', `${i}.`)]);
      nodes[`${id}${i}`] = { ...node, inputs: Object.fromEntries(inputs) };
      const { x, y } = one.layout.nodes[id] ?? { x: 0, y: 0 };
      places[`${id}${i}`] = { x: x + dx, y: y + dy };
    }
  }
  return {
    format: 'unclip-workflow',
    version: 1,
    title: 'Many',
    nodes,
    layout: { nodes: places, frames: [], notes: [] },
  };
}

/** Pairs of things on the page that lie over each other; things inside one another are none. */
function overlaps(page: Page, selectors: readonly string[]): Promise<readonly string[]> {
  return page.evaluate((all) => {
    const things = all.flatMap((selector) => [...document.querySelectorAll(selector)]);
    return things.flatMap((a, i) =>
      things.slice(i + 1).flatMap((b) => {
        if (a.contains(b) || b.contains(a)) return [];
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        const name = (thing: Element) =>
          thing.getAttribute('data-node-id') ?? thing.getAttribute('aria-label') ?? thing.className;
        return width > 1 && height > 1 ? [`${name(a)} over ${name(b)}`] : [];
      }),
    );
  }, selectors);
}
