import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { IS_LONG_SUITE } from '../support/long-suite.js';
import { draftsOf } from './support/drafts.js';
import type { EditorPage } from './support/editor-page.js';
import { editorRig } from './support/editor-rig.js';

const DEFAULT = new URL('../../workflows/image-variations.json', import.meta.url);
const IMAGES = new URL('../../workflows/images/', import.meta.url);

interface WorkflowFile {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly inputs?: Readonly<Record<string, string>>;
        readonly params?: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

const rig = editorRig();

// Where each node of the default workflow is put in the window, so that no two cards meet.
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  model: [80, 90],
  photo: [80, 290],
  embed: [300, 90],
  prompt: [300, 220],
  noise: [520, 90],
  sample: [740, 90],
  decode: [980, 90],
  save: [1200, 90],
};

// Each step of it is tested by itself, by gestures.
if (IS_LONG_SUITE) {
  test.each([
    { title: 'a part of the default workflow', ids: ['photo', 'embed', 'noise'] },
    { title: 'the default workflow', ids: Object.keys(PLACES) },
  ])('$title is built from an empty page by mouse; undo all and redo all give the same bytes', async ({ ids }) => {
    const editor = await rig.openPage('empty');
    const { page } = editor;
    const wanted = partOf(JSON.parse(readFileSync(DEFAULT, 'utf8')) as WorkflowFile, ids);
    const empty = await editor.ask((e) => e.text());
    await page.mouse.move(700, 400);
    while ((await editor.ask((e) => e.viewport().k)) > 0.62) await page.mouse.wheel(0, 60);

    for (const [id, { type }] of Object.entries(wanted.nodes)) {
      const [x, y] = PLACES[id] ?? [700, 700];
      await page.mouse.dblclick(x, y);
      await page.locator(`[data-testid=add-${type}]`).click();
      await editor.settled();
    }
    for (const [id, { inputs }] of Object.entries(wanted.nodes)) {
      for (const [input, source] of Object.entries(inputs ?? {})) {
        const [node = '', output = ''] = source.split('.');
        await editor.wire([node, 'output', output], [id, 'input', input]);
      }
    }
    for (const [id, { params }] of Object.entries(wanted.nodes)) {
      for (const [name, value] of Object.entries(params ?? {})) await setParam(editor, id, name, value);
    }
    await editor.settled();

    expect(await editor.ask((e) => e.nodes())).toEqual(wanted.nodes);
    const built = await editor.ask((e) => e.text());
    while ((await editor.ask((e) => e.undoLabels().length)) > 0) await page.keyboard.press('Control+z');
    await editor.settled();
    expect(await editor.ask((e) => e.text())).toBe(empty);
    while ((await editor.ask((e) => e.redoLabels().length)) > 0) await page.keyboard.press('Control+y');
    await editor.settled();
    expect(await editor.ask((e) => e.text())).toBe(built);
    expect(editor.complaints).toEqual([]);
  });
}

/** These nodes, with the links between them. */
function partOf({ nodes }: WorkflowFile, ids: readonly string[]): WorkflowFile {
  const kept = ids.flatMap((id) => {
    const node = nodes[id];
    if (node === undefined) return [];
    const links = Object.entries(node.inputs ?? {}).filter(([, source]) => ids.includes(source.split('.')[0] ?? ''));
    return [[id, links.length === 0 ? node : { ...node, inputs: Object.fromEntries(links) }] as const];
  });
  return { nodes: Object.fromEntries(kept) };
}

async function setParam({ page }: EditorPage, node: string, name: string, value: unknown): Promise<void> {
  const row = page.locator(`[data-node-id=${node}] [data-param=${name}]`);
  if (await row.getAttribute('data-kind').then((kind) => kind === 'image')) {
    const chooser = page.waitForEvent('filechooser');
    await row.locator('.image-drop').click();
    await (await chooser).setFiles(fileURLToPath(new URL(String(value), IMAGES)));
    await row.locator('img').waitFor();
  } else if ((await row.locator('select').count()) > 0) {
    await row.locator('select').selectOption(String(value));
  } else {
    await row.locator('input[type=text], textarea').fill(String(value));
    await page.keyboard.press('Enter');
  }
}

test('the document is restored after a reload, and a second tab starts with its own document', async () => {
  const editor = await rig.openPage('drafts');
  const { page } = editor;
  const { x, y } = await editor.ask((e) => e.nodePoint('decode'));
  await page.mouse.click(x, y);
  await page.keyboard.press('Delete');
  await editor.settled();
  await expect.poll(() => draftsOf(page)).toEqual([expect.not.stringContaining('"decode"')]);

  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.waitForFunction('window.__editor !== undefined');
  expect(await second.evaluate(() => Object.keys(window.__editor?.nodes() ?? {}))).toContain('decode');
  await page.reload();
  await page.waitForFunction('window.__editor !== undefined');
  await editor.settled();

  expect(await editor.ask((e) => Object.keys(e.nodes()))).not.toContain('decode');
});

test('fingers drag a card, pull a wire and pinch, also over cards', async () => {
  const editor = await rig.openPage('', { hasTouch: true });
  const { page } = editor;
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: { x: number; y: number }[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
  const slide = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
    await send('touchStart', from);
    for (const part of [0.3, 0.6, 1]) {
      await send('touchMove', { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
    }
    await send('touchEnd');
    await editor.settled();
  };

  const card = await editor.ask((e) => e.nodePoint('decode'));
  await slide(card, { x: card.x, y: card.y + 150 });
  expect(await editor.ask((e) => e.undoLabels())).toEqual(['move']);

  await slide(await editor.socket(['photo', 'output', 'image']), await editor.socket(['save', 'input', 'image']));
  expect(await editor.ask((e) => e.links())).toContain('photo.image -> save.image');

  const { k } = await editor.ask((e) => e.viewport());
  const { x, y } = await editor.ask((e) => e.nodePoint('sample'));
  await send('touchStart', { x: x - 20, y }, { x: x + 20, y });
  for (let i = 1; i < 8; i++) await send('touchMove', { x: x - 20 - i * 8, y }, { x: x + 20 + i * 8, y });
  await send('touchEnd');
  await editor.settled();
  expect(await editor.ask((e) => e.viewport().k)).toBeGreaterThan(k * 2);
  expect(await editor.ask((e) => e.undoLabels())).toHaveLength(2);
  expect(editor.complaints).toEqual([]);
});
