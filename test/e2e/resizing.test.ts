import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openWorkflow } from '../support/open-workflow.js';
import { editorRig } from './support/editor-rig.js';

const rig = editorRig();

const WORKFLOW = {
  format: 'unclip-workflow',
  version: 1,
  nodes: { photo: { type: 'LoadImage' } },
  layout: {
    nodes: { photo: { x: 0, y: 0 } },
    frames: [],
    notes: [{ id: 'note1', text: 'Read me', x: 420, y: 0, width: 200, height: 120 }],
  },
};

test('cards and notes are made larger by their corner, each in one step that can be undone', async () => {
  const { page } = await rig.openPage('empty');
  await openWorkflow(page, WORKFLOW);
  await page.locator('[data-node-id="photo"] .resize-grip').waitFor({ state: 'attached' });

  await dragGrip(page, '.note .resize-grip, [data-note-id] .resize-grip', { dx: 80, dy: 60 });
  const note = await layoutOf(page);
  await dragGrip(page, '[data-node-id="photo"] .resize-grip', { dx: 90, dy: 0 });
  const card = await layoutOf(page);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');

  expect(note.notes[0]?.width).toBeGreaterThan(220);
  expect(note.notes[0]?.height).toBeGreaterThan(140);
  expect(card.nodes['photo']?.width).toBeGreaterThan(200);
  expect(await layoutOf(page)).toMatchObject({
    notes: [{ width: 200, height: 120 }],
    nodes: { photo: { x: 0, y: 0 } },
  });
  expect((await layoutOf(page)).nodes['photo']).not.toHaveProperty('width');
});

interface Layout {
  readonly nodes: Readonly<Record<string, { readonly width?: number }>>;
  readonly notes: readonly { readonly width: number; readonly height: number }[];
}

async function layoutOf(page: Page): Promise<Layout> {
  return JSON.parse((await page.evaluate(() => window.__editor?.text())) ?? '{}').layout;
}

async function dragGrip(page: Page, selector: string, { dx, dy }: { readonly dx: number; readonly dy: number }) {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not on the page`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
}
