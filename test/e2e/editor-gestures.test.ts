import { afterEach, beforeEach, expect, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import type { EditorPage } from './support/editor-page.js';
import { editorRig, takeClipboard } from './support/editor-rig.js';

const rig = editorRig();
let editor: EditorPage;

beforeEach(async () => {
  editor = await rig.sharedPage();
});
afterEach(() => {
  expect(editor.complaints).toEqual([]);
});

test('a wire to a connected input replaces its link in one step, and undo restores the old one', async () => {
  const { x, y } = await editor.ask((e) => e.nodePoint('photo'));
  await editor.page.mouse.click(x, y);
  await editor.page.keyboard.press('Control+d');
  await editor.settled();

  await editor.wire(['photo2', 'output', 'image'], ['embed', 'input', 'image']);
  await editor.settled();

  expect(await editor.ask((e) => e.undoLabels())).toEqual(['connect', 'duplicate']);
  expect(await editor.ask((e) => e.links())).toContain('photo2.image -> embed.image');
  await editor.page.keyboard.press('Control+z');
  await editor.settled();
  expect(await editor.ask((e) => e.links())).toContain('photo.image -> embed.image');
  await editor.page.keyboard.press('Control+Shift+z');
  await editor.settled();
  expect(await editor.ask((e) => e.links())).toContain('photo2.image -> embed.image');
});

longTest('a wire dropped on a card goes to the port that fits', async () => {
  await editor.page.keyboard.press('Escape');
  await editor.wire(['save', 'input', 'image'], { x: 1200, y: 780 });
  const save = await editor.ask((e) => e.nodePoint('save'));

  await editor.wire(['decode', 'output', 'image'], { x: save.x, y: save.y + 60 });
  await editor.settled();

  expect(await editor.ask((e) => e.links())).toContain('decode.image -> save.image');
});

test('a wrong connection is refused, and says why while the wire is held', async () => {
  await editor.wire(['photo', 'output', 'image'], ['noise', 'input', 'embed'], async () => {
    await editor.page.waitForSelector('[data-testid=wire-hint]');
    expect(await editor.page.textContent('[data-testid=wire-hint]')).toBe(
      'This input takes embed, not image. Put CLIP Image Embed between them.',
    );
    const fits = await editor.page.$$eval('[data-fit]', (ports) => ports.map((port) => port.getAttribute('data-fit')));
    expect(fits).toContain('yes');
    expect(fits).toContain('no');
  });

  await editor.settled();
  expect(await editor.ask((e) => e.undoLabels())).toEqual([]);
  expect(await editor.page.$('[data-testid=wire-hint]')).toBeNull();
});

test('a link is picked up at its reader and put back, moved to another card, or let go', async () => {
  await editor.wire(['decode', 'input', 'latent'], ['decode', 'input', 'latent']);
  expect(await editor.ask((e) => e.undoLabels())).toEqual([]);

  await editor.wire(['decode', 'input', 'latent'], { x: 700, y: 850 });
  await editor.settled();
  expect(await editor.ask((e) => e.links())).not.toContain('sample.latent -> decode.latent');
  await editor.page.keyboard.press('Control+z');
  await editor.settled();
  expect(await editor.ask((e) => e.links())).toContain('sample.latent -> decode.latent');
});

test('a wire dropped on empty canvas offers what fits, adds it and connects it in one step', async () => {
  await editor.wire(['embed', 'output', 'embed'], { x: 600, y: 700 });
  await editor.page.waitForSelector('[data-testid=node-search]');
  const offered = await editor.page.$$eval('[data-testid^=add-]', (items) =>
    items.map((item) => item.getAttribute('data-testid')),
  );
  expect(offered).toContain('add-NoiseAugment');
  expect(offered).not.toContain('add-LoadImage');

  await editor.page.keyboard.type('noise');
  await editor.page.keyboard.press('Enter');
  await editor.settled();

  expect(await editor.ask((e) => e.nodes()['noise2']?.inputs)).toEqual({ embed: 'embed.embed' });
  expect(await editor.ask((e) => e.undoLabels())).toHaveLength(1);
});

test('dragging a card is one edit and costs the reconciler nothing', async () => {
  const before = await editor.ask((e) => e.stats());
  const from = await editor.ask((e) => e.nodePoint('decode'));

  await editor.drag(from, { x: from.x + 90, y: from.y + 130 });
  await editor.settled();

  expect(await editor.ask((e) => e.undoLabels())).toEqual(['move']);
  expect((await editor.ask((e) => e.stats())).operations).toBe(before.operations);
  await editor.page.keyboard.press('Control+z');
  await editor.settled();
});

if (IS_LONG_SUITE) {
  test('a button let go where the page could not hear it ends the drag of a card', async () => {
    const { page } = editor;
    const from = await editor.ask((e) => e.nodePoint('decode'));
    await page.evaluate(
      `window.addEventListener('pointerdown', ({ pointerId }) => { window.__pressed = pointerId; }, { once: true, capture: true })`,
    );

    await editor.drag(from, { x: from.x + 60, y: from.y + 40 }, async () => {
      // What the browser sends once the pointer is back over the page.
      await page.evaluate(`document.querySelector('.canvas').dispatchEvent(new PointerEvent('pointermove', {
        pointerId: window.__pressed, pointerType: 'mouse', isPrimary: true, buttons: 0, bubbles: true,
        clientX: ${from.x + 60}, clientY: ${from.y + 40},
      }))`);
      await editor.settled();
      await page.mouse.move(from.x + 200, from.y + 200, { steps: 3 });
    });
    await editor.settled();

    const to = await editor.ask((e) => e.nodePoint('decode'));
    expect([Math.round(to.x - from.x), Math.round(to.y - from.y)]).toEqual([60, 40]);
    expect(await editor.ask((e) => e.undoLabels())).toEqual(['move']);
    await page.keyboard.press('Control+z');
    await editor.settled();
  });
}

longTest('a double click on a title renames the card, and opens no search', async () => {
  const { page } = editor;
  await page.locator('[data-node-id="decode"] .card-title').dblclick();
  await page.getByRole('textbox', { name: 'Title of the node' }).waitFor();

  await page.keyboard.type('To pixels');
  await page.keyboard.press('Enter');

  expect(await page.locator('[data-node-id="decode"] .card-title').textContent()).toBe('To pixels');
  expect(await page.getByTestId('node-search').count()).toBe(0);
});

longTest('a wire held over a card shows the inputs that were folded, and goes to one of them', async () => {
  const { page } = editor;
  const from = await editor.socket(['prompt', 'output', 'conditioning']);
  const { x, y } = await editor.ask((e) => e.nodePoint('sample'));
  const more = page.locator('[data-node-id="sample"] .more-inputs');
  const layers = (id: string) =>
    page.locator(`[data-node-id="${id}"]`).evaluate((card) => {
      const found: string[] = [];
      for (let at: Element | null = card; at !== null && !at.matches('.canvas'); at = at.parentElement) {
        found.push(getComputedStyle(at).zIndex);
      }
      return found;
    });
  expect(await more.textContent()).toBe('+ 6 more');

  await editor.drag(from, { x, y: y + 60 }, async () => {
    await page.getByTestId('socket-sample-input-laterPrompt').waitFor();
    // It is longer now, and above the card that it would lie under.
    expect(await layers('sample')).toContain('1');
    const socket = await editor.socket(['sample', 'input', 'laterPrompt']);
    await page.mouse.move(socket.x, socket.y, { steps: 3 });
    await page.locator('.card-port[data-fit="target"]').waitFor();
  });
  await editor.settled();

  expect(await editor.ask((e) => e.links())).toContain('prompt.conditioning -> sample.laterPrompt');
  expect(await more.textContent()).toBe('+ 5 more');
  expect(await layers('sample')).not.toContain('1');
});

test('a click on a card selects it and moves nothing', async () => {
  const { x, y } = await editor.ask((e) => e.nodePoint('decode'));

  await editor.page.mouse.click(x, y);

  expect(await editor.ask((e) => e.selection())).toEqual(['decode']);
  expect(await editor.ask((e) => e.undoLabels())).toEqual([]);
});

test('a box selects, with Shift more is added, and all of it moves as one', async () => {
  await editor.page.keyboard.down('Shift');
  await editor.drag({ x: 20, y: 70 }, { x: 260, y: 560 });
  await editor.page.keyboard.up('Shift');
  expect((await editor.ask((e) => e.selection())).toSorted()).toEqual(['model', 'photo']);
  const { x, y } = await editor.ask((e) => e.nodePoint('decode'));
  await editor.page.keyboard.down('Shift');
  await editor.page.mouse.click(x, y);
  await editor.page.keyboard.up('Shift');
  expect(await editor.ask((e) => e.selection())).toHaveLength(3);

  await editor.drag({ x, y }, { x, y: y + 100 });
  await editor.settled();

  expect(await editor.ask((e) => e.undoLabels())).toEqual(['move 3 items']);
});

test('copy, paste, cut and duplicate work by their keys', async () => {
  await editor.page.keyboard.press('Control+a');
  await takeClipboard();
  await editor.page.keyboard.press('Control+c');
  await editor.page.keyboard.press('Control+v');
  await editor.settled();
  expect(Object.keys(await editor.ask((e) => e.nodes()))).toHaveLength(16);
  expect(await editor.ask((e) => e.links().length)).toBe(22);

  await editor.page.keyboard.press('Control+x');
  await editor.settled();
  expect(Object.keys(await editor.ask((e) => e.nodes()))).toHaveLength(8);
  const { x, y } = await editor.ask((e) => e.nodePoint('embed'));
  await editor.page.mouse.click(x, y);
  await editor.page.keyboard.press('Control+d');
  await editor.settled();
  expect(await editor.ask((e) => e.nodes()['embed2']?.inputs)).toEqual({
    image: 'photo.image',
    vision: 'model.vision',
  });
});

if (IS_LONG_SUITE) {
  test('nodes pasted with Shift read again what they read where they were copied', async () => {
    const { x, y } = await editor.ask((e) => e.nodePoint('embed'));
    await editor.page.mouse.click(x, y);
    await takeClipboard();
    await editor.page.keyboard.press('Control+c');
    await editor.page.keyboard.press('Control+Shift+v');
    await editor.page.keyboard.press('Control+v');
    await editor.settled();

    const inputs = await editor.ask((e) => [e.nodes()['embed2']?.inputs, e.nodes()['embed3']?.inputs]);

    expect(inputs).toEqual([{ image: 'photo.image', vision: 'model.vision' }, undefined]);
  });

  test('with Alt a drag leaves the card where it is and drops a copy with the same inputs, as one step', async () => {
    const from = await editor.ask((e) => e.nodePoint('decode'));
    await editor.page.keyboard.down('Alt');
    await editor.drag(from, { x: from.x + 40, y: from.y + 190 });
    await editor.page.keyboard.up('Alt');
    await editor.settled();

    expect(await editor.ask((e) => e.nodePoint('decode'))).toEqual(from);
    const copy = await editor.ask((e) => e.nodePoint('decode2'));
    expect(copy.y - from.y).toBeGreaterThan(150);
    const [original, cloned] = await editor.ask((e) => [e.nodes()['decode']?.inputs, e.nodes()['decode2']?.inputs]);
    expect(cloned).toEqual(original);
    expect(await editor.ask((e) => [e.selection(), e.undoLabels()])).toEqual([['decode2'], ['duplicate']]);
  });
}

test('a card dragged almost in line with another is put in line, unless guides are off', async () => {
  const [from, other] = await editor.ask((e) => [e.nodePoint('decode'), e.nodePoint('embed')]);
  const nearly = { x: from.x, y: other.y + 3 };
  await editor.drag(from, nearly);
  await editor.settled();
  expect((await editor.ask((e) => e.nodePoint('decode'))).y).toBeCloseTo(other.y, 1);

  await editor.page.keyboard.press('Control+z');
  await editor.page.evaluate(() => window.__editor?.session.ui.setState({ showsGuides: false }));
  await editor.drag(from, nearly);
  await editor.settled();
  expect((await editor.ask((e) => e.nodePoint('decode'))).y).toBeCloseTo(nearly.y, 0);
});

longTest('a node is found by Ctrl+F, and cards are aligned by the menu', async () => {
  const { page } = editor;
  await page.keyboard.press('Control+f');
  await page.getByTestId('find-node').getByRole('combobox').waitFor();
  await page.keyboard.type('vae dec');
  await page.keyboard.press('Enter');
  await expect.poll(() => editor.ask((e) => e.selection())).toEqual(['decode']);
  await editor.ask((e) => e.fit());

  await page.keyboard.press('Control+a');
  const at = await editor.ask((e) => e.nodePoint('decode'));
  await page.mouse.click(at.x, at.y, { button: 'right' });
  await page.getByRole('menuitem', { name: 'Align left edges' }).click();
  await editor.settled();

  const lefts = await page.$$eval('[data-node-id]', (cards) => cards.map((card) => card.getBoundingClientRect().left));
  expect(new Set(lefts.map(Math.round)).size).toBe(1);
});

longTest('the wheel zooms at the pointer within limits, and a double click adds instead of zooming', async () => {
  const before = await editor.ask((e) => e.viewport());
  await editor.page.mouse.move(700, 400);
  await editor.page.mouse.wheel(0, 200);
  const after = await editor.ask((e) => e.viewport());
  expect(after.k).toBeLessThan(before.k);
  const place = ({ x, y, k }: typeof before) => [(700 - x) / k, (352 - y) / k].map((value) => Math.round(value));
  expect(place(after)).toEqual(place(before));

  await editor.page.mouse.wheel(0, 100_000);
  expect((await editor.ask((e) => e.viewport())).k).toBeCloseTo(0.04);
  await editor.page.keyboard.press('f');
  const { k } = await editor.ask((e) => e.viewport());
  await editor.page.mouse.dblclick(1100, 700);
  await editor.page.waitForSelector('[data-testid=node-search]');
  expect((await editor.ask((e) => e.viewport())).k).toBe(k);
});

longTest('a node dropped on a wire goes into it, in one step', async () => {
  await editor.page.mouse.dblclick(480, 780);
  await editor.page.waitForSelector('[data-testid=add-UNetSample]');
  await editor.page.keyboard.type('unet');
  await editor.page.keyboard.press('Enter');
  await editor.settled();
  const from = await editor.ask((e) => e.nodePoint('sample2'));
  const a = await editor.socket(['noise', 'output', 'generator']);
  const b = await editor.socket(['sample', 'input', 'generator']);

  await editor.drag(from, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  await editor.settled();

  expect(await editor.ask((e) => e.links())).toContain('noise.generator -> sample2.generator');
  expect(await editor.ask((e) => e.links())).toContain('sample2.generator -> sample.generator');
  expect(await editor.ask((e) => e.undoLabels()[0])).toBe('insert into the link');
});

test('a wire is led through a point, which can have a name, and the point removed by a double click', async () => {
  const a = await editor.socket(['decode', 'output', 'image']);
  const b = await editor.socket(['save', 'input', 'image']);
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };

  await editor.drag(middle, { x: middle.x, y: middle.y + 60 });
  await editor.settled();
  expect(await editor.ask((e) => e.undoLabels())).toEqual(['add a reroute point']);
  await editor.page.mouse.click(middle.x, middle.y + 60, { button: 'right' });
  await editor.page.getByRole('menuitem', { name: 'Name this point' }).click();
  await editor.page.getByRole('textbox', { name: 'Name of the point' }).fill('Sky');
  await editor.page.keyboard.press('Enter');
  await expect.poll(() => editor.ask((e) => e.text())).toContain('"name": "Sky"');
  await editor.page.mouse.dblclick(middle.x, middle.y + 60);
  await editor.settled();

  expect(await editor.ask((e) => e.undoLabels()[0])).toBe('remove a reroute point');
  expect(await editor.ask((e) => e.session.store.document.layout.links?.['save.image'])).toBeUndefined();
});

test('Rete cannot be changed past the document', async () => {
  expect(await editor.ask((e) => e.intrude())).toBe(false);

  expect((await editor.ask((e) => e.stats())).vetoed).toBe(1);
  await editor.settled();
});

test('a pan makes React draw nothing', async () => {
  await editor.page.mouse.move(1100, 780);
  await editor.page.mouse.down();
  await editor.page.mouse.move(1095, 778);
  const before = await editor.page.evaluate(() => globalThis.__commits);

  for (let i = 0; i < 40; i++) await editor.page.mouse.move(1095 - i, 778 + Math.sin(i) * 20);

  expect(await editor.page.evaluate(() => globalThis.__commits)).toBe(before);
  expect(before).toBeGreaterThan(0);
  await editor.page.mouse.up();
});

longTest('a frame moves its contents along, and a note can be written', async () => {
  const { page } = editor;
  const start = await editor.ask((e) => e.nodePoint('decode'));
  await page.mouse.click(start.x, start.y);
  await page.keyboard.press('Control+g');
  await page.waitForSelector('[data-testid=frame] input');
  await page.keyboard.type('Decoding');
  await page.keyboard.press('Enter');
  await editor.settled();
  const title = await page.locator('.frame-title').boundingBox();
  if (title === null) throw new Error('the frame has no title');

  await editor.drag(
    { x: title.x + title.width - 8, y: title.y + 8 },
    { x: title.x + title.width - 8, y: title.y + 108 },
  );
  await editor.settled();
  const end = await editor.ask((e) => e.nodePoint('decode'));
  expect(Math.round(end.y - start.y)).toBeCloseTo(100, -1);
  expect(await page.textContent('.frame-title')).toBe('Decoding');

  await page.mouse.move(1100, 800);
  await page.keyboard.press('Shift+N');
  await page
    .locator('[data-testid=note] textarea')
    .fill('Try **other** seeds <img src=x onerror=alert(1)> ![a cat](https://example.com/cat.png)');
  expect(await editor.ask((e) => e.text())).toContain('Try **other** seeds');
  await page.keyboard.press('Escape');
  // A note comes from whoever made the workflow: it is Markdown, of which nothing is run or fetched.
  await page.locator('[data-testid=note] strong', { hasText: 'other' }).waitFor();
  expect(await page.locator('[data-testid=note] img').count()).toBe(0);
  expect(await page.locator('[data-testid=note]').textContent()).toContain('<img src=x');
  await page.locator('.note-text').dblclick({ position: { x: 12, y: 6 } });
  await page.locator('[data-testid=note] textarea:focus').waitFor();
});

longTest('tidying up leaves no cards on each other and is one step', async () => {
  await editor.page.keyboard.press('Shift+L');
  await editor.page.waitForFunction(() => window.__editor?.undoLabels()[0] === 'tidy up');
  await editor.settled();

  const boxes = await editor.page.$$eval('[data-node-id]', (cards) =>
    cards.map((card) => {
      const { left, top, right, bottom } = card.getBoundingClientRect();
      return { left, top, right, bottom };
    }),
  );

  expect(boxes).toHaveLength(8);
  const meets = (a: (typeof boxes)[number], b: typeof a) =>
    a !== b && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  expect(boxes.filter((box) => boxes.some((other) => meets(box, other)))).toEqual([]);
  await editor.page.keyboard.press('Control+z');
  await editor.settled();
});

test('bypass, mute, collapse, title and colour are given by keys and menu, and undone', async () => {
  const { page } = editor;
  const before = await editor.ask((e) => e.text());
  const { x, y } = await editor.ask((e) => e.nodePoint('noise'));
  await page.mouse.click(x, y);

  await page.keyboard.press('Control+b');
  await page.keyboard.press('Control+m');
  await page.keyboard.press('c');
  await page.keyboard.press('F2');
  await page.keyboard.type('Blur');
  await page.keyboard.press('Enter');
  await page.mouse.click(x, y, { button: 'right' });
  await page.getByRole('menuitem', { name: 'green' }).click();
  await editor.settled();

  expect(await editor.ask((e) => e.nodes()['noise'])).toMatchObject({ mode: 'mute', title: 'Blur' });
  expect(await editor.ask((e) => e.text())).toContain('"colour": "green"');
  for (let i = 0; i < 5; i++) await page.keyboard.press('Control+z');
  await editor.settled();
  expect(await editor.ask((e) => e.text())).toBe(before);
});

test('the command palette finds a command by its name, and the help lists its key', async () => {
  const { page } = editor;
  await page.keyboard.press('Control+k');
  await page.waitForSelector('[data-testid=command-palette]');
  await page.keyboard.type('select all');
  await page.keyboard.press('Enter');
  expect(await editor.ask((e) => e.selection().length)).toBe(8);

  await page.keyboard.press('Control+k');
  await page.waitForSelector('[data-testid=command-palette]');
  await page.keyboard.type('tidy');
  const found = await page.locator('[data-testid=command-palette] .palette-words').allTextContents();
  expect(found).toEqual(['Tidy up the layout']);
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');

  expect(await page.textContent('[data-testid=help]')).toContain('Select all');
});

test('a thousand nodes stay cheap: few elements, few listeners, and a pan draws only what comes into view', async () => {
  const big = await rig.openPage('bench');
  const { page } = big;
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');

  const loaded = await page.evaluate<{ nodes: number; links: number }>('window.__editorBench.load(1000)');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const listeners = metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? 0;
  const elements = await page.evaluate<number>(`document.getElementsByTagName('*').length`);
  await page.evaluate('window.__editorBench.fit()');
  const before = await page.evaluate(() => globalThis.__commits);
  await page.evaluate(`for (let i = 0; i < 50; i++) window.__editor.session.canvas.current.panBy(3, 2)`);

  expect(loaded).toEqual({ nodes: 1000, links: 1300 });
  expect(elements).toBeLessThan(1500);
  expect(listeners / loaded.nodes).toBeLessThan(20);
  expect(await page.evaluate(() => globalThis.__commits)).toBe(before);
});

test('Escape discards a typed number, Enter and leaving the field apply it, and one that is too large stays in the field', async () => {
  const { page } = editor;
  const field = page.locator('[data-node-id=sample] [data-param=steps] input[type=text]');
  await field.fill('33');
  await page.keyboard.press('Escape');
  expect(await editor.ask((e) => e.undoLabels())).toEqual([]);

  await field.fill('33');
  await page.keyboard.press('Tab');
  expect(await editor.ask((e) => e.nodes()['sample']?.params?.['steps'])).toBe(33);

  await field.fill('99999');
  await page.keyboard.press('Enter');
  await field.and(page.locator('[aria-invalid=true]')).waitFor();
  expect(await field.inputValue()).toBe('99999');
  expect(await editor.ask((e) => e.nodes()['sample']?.params?.['steps'])).toBe(33);
});

if (IS_LONG_SUITE) {
  test('what another tab changes while a card is dragged neither stops the drag nor is lost', async () => {
    const { page } = editor;
    const from = await editor.ask((e) => e.nodePoint('decode'));

    await editor.drag(from, { x: from.x + 60, y: from.y + 90 }, async () => {
      await page.evaluate(`window.__editor.session.store.applyRemote([
        { op: 'replace', path: ['layout', 'nodes', 'decode', 'x'], value: -500 },
        { op: 'replace', path: ['layout', 'nodes', 'save', 'y'], value: 333 },
      ])`);
      await page.mouse.move(from.x + 80, from.y + 120, { steps: 3 });
    });
    await editor.settled();

    const layout = JSON.parse(await editor.ask((e) => e.text())).layout;
    expect(layout.nodes.save.y).toBe(333);
    expect(layout.nodes.decode.x).toBeGreaterThan(0);
  });

  test('a card that is removed while it is dragged disappears, and nothing breaks', async () => {
    const { page } = editor;
    const from = await editor.ask((e) => e.nodePoint('noise'));

    await editor.drag(from, { x: from.x + 60, y: from.y + 90 }, async () => {
      await page.evaluate(`window.__editor.session.store.applyRemote([
        { op: 'remove', path: ['nodes', 'noise'] },
        { op: 'remove', path: ['layout', 'nodes', 'noise'] },
        { op: 'remove', path: ['nodes', 'sample', 'inputs', 'image'] },
        { op: 'remove', path: ['nodes', 'sample', 'inputs', 'generator'] },
      ])`);
      await page.mouse.move(from.x + 80, from.y + 120, { steps: 3 });
    });
    await editor.settled();

    expect(await editor.ask((e) => Object.keys(e.nodes()))).not.toContain('noise');
  });
}

test('a seed whose generator is connected is struck out and says so, until the wire is removed', async () => {
  const { page } = editor;
  const seed = page.locator('[data-node-id="sample"] .param[data-param="seed"]');
  const withWire = [await seed.getAttribute('data-unused'), await seed.getAttribute('data-tip')];
  // The variation seed also counts with a connected generator.
  await page.evaluate(`window.__editor.session.store.applyRemote([
    { op: 'add', path: ['nodes', 'sample', 'params', 'variationSeed'], value: 7 },
  ])`);
  await editor.settled();
  const variation = page.locator('[data-node-id="sample"] .param[data-param="variationSeed"]');
  await variation.waitFor();
  expect(await variation.getAttribute('data-unused')).toBe(null);

  await page.evaluate(`window.__editor.session.store.applyRemote([
    { op: 'remove', path: ['nodes', 'sample', 'inputs', 'generator'] },
  ])`);
  await editor.settled();

  expect(withWire).toEqual(['true', expect.stringContaining('Not used: the connected Noise Augment decides.')]);
  expect(await seed.getAttribute('data-unused')).toBe(null);
});

longTest('a press on the minimap moves the canvas there, and a drag moves it along', async () => {
  const { page } = editor;
  await editor.ask((e) => e.fit());
  for (let press = 0; press < 4; press++) await page.keyboard.press('+');
  await editor.settled();
  const map = await page.locator('.minimap').boundingBox();
  if (map === null) throw new Error('the minimap is not shown');
  const before = await editor.ask((e) => e.viewport());

  await page.mouse.move(map.x + map.width * 0.9, map.y + map.height / 2);
  await page.mouse.down();
  const pressed = await editor.ask((e) => e.viewport());
  await page.mouse.move(map.x + map.width * 0.1, map.y + map.height / 2);
  await page.mouse.up();
  const dragged = await editor.ask((e) => e.viewport());

  // To the right end of the graph the canvas moves left, and back again.
  expect(pressed.x).toBeLessThan(before.x);
  expect(dragged.x).toBeGreaterThan(pressed.x);
  expect([pressed.k, dragged.k]).toEqual([before.k, before.k]);
});
