import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Workflow } from '@unclip-studio/graph-core';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { dropFile, openQuickExample, openSlowWorkflow, openWorkflow, quickExample } from '../support/open-workflow.js';
import { draftsOf } from './support/drafts.js';
import { editorRig, keepScreenshot, takeClipboard } from './support/editor-rig.js';
import type { EditorServer } from './support/editor-server.js';

const rig = editorRig();
const UPLOAD = new URL('../../workflows/images/blue-star.png', import.meta.url);

if (IS_LONG_SUITE) {
  test('an image made here, dropped on the page, opens the workflow that made it', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server, { query: '?test' });
    await openQuickExample(page, 'image-variations');
    const made = await page.evaluate(() => window.__editor?.text());
    await page.getByTestId('run').click();
    await page.locator('[data-node-id="save"] .card-result img').first().waitFor();
    const { outputs } = await server.ask<{ outputs: { id: string }[] }>('GET', '/api/outputs');
    const png = await fetch(`${server.origin}/api/outputs/${outputs[0]?.id}`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const other = await rig.openEditor(server, { query: '?empty&test' });

    await dropFile(other, { name: 'made.png', type: 'image/png', bytes: Buffer.from(await png.arrayBuffer()) });

    await other.locator('[data-node-id="sample"]').waitFor();
    expect(await other.evaluate(() => window.__editor?.text())).toBe(made);
    expect(await messageOf(other)).toBe('Opened made.png');
  });
}

longTest('any other image becomes a node that loads it, and a text that is no workflow says why not', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?empty&test' });

  await dropFile(page, { name: 'star.png', type: 'image/png', bytes: readFileSync(UPLOAD) });

  await page.locator('[data-node-id="photo"] img').waitFor();
  await dropFile(page, { name: 'notes.json', type: 'application/json', bytes: Buffer.from('{"format": "other"}') });
  await expect.poll(() => messageOf(page)).toContain('notes.json was not opened');
  expect(await page.locator('[data-node-id="photo"]').count()).toBe(1);
});

test('two tabs that change one workflow lose nothing: the second is asked, and both states are kept', async () => {
  const server = await rig.sharedServer();
  const context = await rig.openContext();
  const first = await rig.openEditor(server, { context });
  await openSlowWorkflow(first, { steps: 2, stepMs: 1 });
  await first.keyboard.press('Control+s');
  await first.getByTestId('modal').getByRole('textbox').fill('Shared');
  await first.keyboard.press('Enter');
  await expect.poll(() => messageOf(first)).toBe('Saved as Shared');
  const second = await rig.openEditor(server, { context });
  await second.getByRole('button', { name: 'Library', exact: true }).click();
  await second
    .getByTestId('library')
    .getByRole('button', { name: /^Shared/ })
    .click();
  await second.locator('[data-node-id="sleep"]').waitFor();

  // Act: both change it, and both save.
  await rename(first, 'sleep', 'Mine');
  await rename(second, 'sleep', 'Theirs');
  await first.keyboard.press('Control+s');
  await expect.poll(() => messageOf(second)).toContain('"Shared" was saved elsewhere just now.');
  await second.keyboard.press('Control+s');

  await second.getByTestId('keep-both').waitFor();
  await keepScreenshot(second, 'conflict');
  await second.getByTestId('keep-both').click();
  await expect.poll(() => messageOf(second)).toBe('Saved as Shared (my copy)');
  const names = async (name: string) => {
    const { workflow } = await server.ask<{ workflow: { nodes: { sleep: { title: string } } } }>(
      'GET',
      `/api/workflows/${encodeURIComponent(name)}`,
    );
    return workflow.nodes.sleep.title;
  };
  expect([await names('Shared'), await names('Shared (my copy)')]).toEqual(['Mine', 'Theirs']);
});

if (IS_LONG_SUITE) {
  test('their state can be chosen; mine is kept under its own name', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    await openSlowWorkflow(page, { steps: 2, stepMs: 1 });
    await saveAs(page, 'Taken');
    const theirs = { format: 'unclip-workflow', version: 1, title: 'Taken', nodes: { only: { type: 'DevConstant' } } };
    await server.ask('PUT', '/api/workflows/Taken', { workflow: theirs, baseRevision: 1 });
    await rename(page, 'sleep', 'Mine');

    await page.keyboard.press('Control+s');
    await page.getByTestId('keep-theirs').click();

    await page.locator('[data-node-id="only"]').waitFor();
    const { workflows } = await server.ask<{ workflows: { name: string }[] }>('GET', '/api/workflows');
    const names = workflows.map(({ name }) => name).filter((name) => name.startsWith('Taken'));
    expect(names.sort()).toEqual(['Taken', 'Taken (my copy)']);
  });
}

test('opening something else asks first while there are changes, and an earlier version can be restored', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 2, stepMs: 1 });
  await saveAs(page, 'Mine');
  await rename(page, 'sleep', 'Changed');
  await page.getByTestId('dirty').waitFor();

  await openWorkflow(page, { format: 'unclip-workflow', version: 1, nodes: { other: { type: 'DevConstant' } } });
  await page.getByTestId('modal').waitFor();
  await keepScreenshot(page, 'unsaved');
  await page.getByRole('button', { name: 'Save, then open' }).click();

  await page.locator('[data-node-id="other"]').waitFor();
  await expect.poll(() => revisionOf(server, 'Mine')).toBe(2);
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await page.getByRole('button', { name: 'Versions of Mine' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Version 1' }).getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => page.locator('[data-node-id="sleep"] .card-title').textContent()).toBe('Dev sleep');
  await expect.poll(() => revisionOf(server, 'Mine')).toBe(3);
  await keepScreenshot(page, 'library');
});

test('several workflows are open in tabs, each with its own changes, undo, results and draft, also after a reload', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server);
  await openSlowWorkflow(page, { steps: 1, stepMs: 1 });
  const title = page.locator('[data-node-id="sleep"] .card-title');
  await rename(page, 'sleep', 'First');
  await page.keyboard.press('Control+Enter');
  const finished = page.locator('[data-node-id="sleep"][data-state="finished"]');
  await finished.waitFor();
  const tabs = page.getByTestId('workflow-tabs');

  // Act: what would be replaced is kept, and the other workflow opens beside it.
  await openWorkflow(page, {
    format: 'unclip-workflow',
    version: 1,
    title: 'Other',
    nodes: { other: { type: 'DevConstant' } },
  });
  await page.getByRole('button', { name: 'Open in a new tab' }).click();
  await page.locator('[data-node-id="other"]').waitFor();
  await page.keyboard.press('Alt+PageUp');

  await expect.poll(() => title.textContent()).toBe('First');
  await finished.waitFor();
  await page.keyboard.press('Control+z');
  await expect.poll(() => title.textContent()).toBe('Dev sleep');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => title.textContent()).toBe('First');
  await expect.poll(() => draftsOf(page)).toHaveLength(2);
  await keepScreenshot(page, 'workflow-tabs');

  await page.reload();

  await expect.poll(() => title.textContent()).toBe('First');
  await tabs.getByRole('button', { name: /^Other/ }).click();
  await page.locator('[data-node-id="other"]').waitFor();
  await tabs.getByRole('button', { name: 'Close Slow' }).click();
  await page.getByRole('button', { name: 'Close without saving' }).click();
  await tabs.waitFor({ state: 'detached' });
  await page.locator('[data-node-id="other"]').waitFor();
});

if (IS_LONG_SUITE) {
  test('a workflow without a name asks for one before another is opened, and a reload keeps both name and changes', async () => {
    const server = await rig.sharedServer();
    const page = await rig.openEditor(server);
    await openSlowWorkflow(page, { steps: 2, stepMs: 1 });
    await rename(page, 'sleep', 'First');
    await openWorkflow(page, { format: 'unclip-workflow', version: 1, nodes: { other: { type: 'DevConstant' } } });
    await page.getByRole('button', { name: 'Save, then open' }).click();
    await page.getByTestId('modal').getByRole('textbox').fill('Named');
    await page.keyboard.press('Enter');
    await page.locator('[data-node-id="other"]').waitFor();
    await page.getByRole('button', { name: 'Library', exact: true }).click();
    await page
      .getByTestId('library')
      .getByRole('button', { name: /^Named/ })
      .click();
    await rename(page, 'sleep', 'Second');
    await expect.poll(() => draftsOf(page)).toEqual([expect.stringContaining('Second')]);

    await page.reload();

    await expect.poll(() => page.locator('[data-node-id="sleep"] .card-title').textContent()).toBe('Second');
    await page.getByTestId('dirty').waitFor();
    await page.keyboard.press('Control+s');
    await expect.poll(() => messageOf(page)).toBe('Saved as Named');
    expect(await revisionOf(server, 'Named')).toBe(2);
  });
}

test('a workflow downloaded as JSON or as PNG opens again as it was', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  const text = await page.evaluate(() => window.__editor?.text());
  const download = async (label: string) => {
    await page.getByTestId('file-menu').click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: label }).click(),
    ]);
    return { name: file.suggestedFilename(), bytes: await buffer(await file.createReadStream()) };
  };

  const json = await download('Download as JSON');
  const png = await download('Download as PNG');

  expect([json.name, png.name]).toEqual(['Image variations.json', 'Image variations.png']);
  expect(json.bytes.toString()).toBe(text);
  const other = await rig.openEditor(server, { query: '?empty&test' });
  await dropFile(other, { name: png.name, type: 'image/png', bytes: png.bytes });
  await other.locator('[data-node-id="sample"]').waitFor();
  expect(await other.evaluate(() => window.__editor?.text())).toBe(text);
});

longTest(
  'a link that holds the workflow shows it to others who are signed in, who cannot change it until they make a copy',
  async () => {
    const server = await rig.sharedServer();
    const context = await rig.openContext();
    await takeClipboard();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await rig.openEditor(server, { context });
    await openSlowWorkflow(page, { steps: 2, stepMs: 1 });
    await page.getByTestId('file-menu').click();
    await page.getByRole('menuitem', { name: 'Copy a link that holds this workflow' }).click();
    await expect.poll(() => messageOf(page)).toContain('The link is in the clipboard');
    const link = await page.evaluate(() => navigator.clipboard.readText());

    const other = await context.newPage();
    await other.goto(link);
    await other.locator('[data-node-id="sleep"]').waitFor();
    await other.getByTestId('read-only').waitFor();
    await keepScreenshot(other, 'read-only');
    await rename(other, 'sleep', 'Mine now');
    expect(await other.locator('[data-node-id="sleep"] .card-title').textContent()).toBe('Dev sleep');
    await other.getByRole('button', { name: 'Make a copy to edit' }).click();
    await rename(other, 'sleep', 'Mine now');

    await expect.poll(() => other.locator('[data-node-id="sleep"] .card-title').textContent()).toBe('Mine now');
    expect(await page.locator('[data-node-id="sleep"] .card-title').textContent()).toBe('Dev sleep');
  },
);

test('share links show a workflow and run a form for people without the token, below a path too, until revoked', async () => {
  const server = await rig.startServer({ basePath: '/studio/' });
  const form = {
    ...{ format: 'unclip-workflow', version: 1, title: 'Smaller' },
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
      resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
      save: { type: 'SaveImage', inputs: { image: 'resize.image' } },
    },
    inputs: { side: { to: ['resize.width', 'resize.height'], label: 'Side' } },
  };
  await server.ask('PUT', '/api/workflows/Smaller', { workflow: form, baseRevision: 0 });
  const page = await (await rig.openContext()).newPage();
  await page.goto(`${server.origin}/studio/#saved=Smaller`);
  // Signed out: the token is typed.
  await page.getByLabel('Token').fill(server.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-node-id="resize"]').waitFor();
  await page.getByTestId('file-menu').click();
  await page.getByRole('menuitem', { name: 'Share a link' }).click();
  const link = page.getByTestId('share-link');
  const makeLink = async (kind: string) => {
    const before = (await link.count()) === 0 ? '' : await link.inputValue();
    await page.getByLabel('What it shows').selectOption(kind);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await expect.poll(async () => (await link.count()) > 0 && (await link.inputValue()) !== before).toBe(true);
    return link.inputValue();
  };
  const viewLink = await makeLink('view');
  await page.getByLabel('What it shows').selectOption('form');
  await page.getByRole('checkbox', { name: 'image', exact: true }).check();
  const formLink = await makeLink('form');
  await keepScreenshot(page, 'share-links');
  // Another link, from the same dialog, is of the same form.
  await makeLink('form');
  const { workflow } = await server.ask<{ workflow: { inputs: object } }>('GET', '/api/workflows/Smaller');
  expect(Object.keys(workflow.inputs)).toEqual(['photo-image', 'side']);

  const visitor = await rig.openContext();
  const viewer = await visitor.newPage();
  await viewer.goto(viewLink);
  await viewer.locator('[data-node-id="resize"]').waitFor();
  await viewer.getByTestId('read-only').getByText('You are looking at a shared workflow').waitFor();
  await viewer.locator('[data-node-id="photo"] img').first().waitFor();
  const filler = await visitor.newPage();
  await filler.goto(formLink);
  await filler.locator('[data-input="side"] .typed-number input').fill('16');
  await filler
    .locator('input[type=file]')
    .setInputFiles({ name: 'mine.png', mimeType: 'image/png', buffer: readFileSync(UPLOAD) });
  await expect.poll(() => filler.locator('.image-note').count()).toBe(0);
  await filler.getByTestId('form-run').click();
  const result = filler.locator('.form-results img');
  await result.waitFor({ timeout: 20_000 });
  await expect.poll(() => result.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(16);
  await keepScreenshot(filler, 'shared-form');

  for (let left = 3; left > 0; left--) {
    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await expect.poll(() => page.getByRole('button', { name: 'Revoke' }).count()).toBe(left - 1);
  }
  await filler.reload();
  await filler.getByText('This link was revoked.').waitFor();
  expect(await filler.getByLabel('Token').count()).toBe(0);
});

longTest.each([
  { width: 1440, height: 900, queuedRuns: 10, waits: 'Waiting: your run is next …' },
  // The link does not take the second run before the first has ended.
  { width: 390, height: 844, queuedRuns: 1, waits: 'Waiting until runs of other visitors have finished …' },
])(
  'a shared form at $width x $height shows what is drawn, and a stopped run leaves its results',
  async ({ queuedRuns, waits, ...viewport }) => {
    const server = await rig.sharedServer();
    const name = `Long form ${viewport.width}`;
    const { nodes, ...rest } = quickExample('image-variations') as Workflow;
    const workflow = {
      ...rest,
      nodes: {
        resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 64, height: 64 } },
        first: { type: 'SaveImage', inputs: { image: 'resize.image' } },
        ...nodes,
      },
      // So many that on a phone there is no room for what is drawn below them, but some of the way to it.
      inputs: {
        photo: { to: ['photo.image'] },
        steps: { to: ['sample.steps'], label: 'Steps' },
        count: { to: ['sample.count'] },
        seed: { to: ['sample.seed'] },
        scheduler: { to: ['sample.scheduler'] },
      },
    };
    await server.ask('PUT', `/api/workflows/${encodeURIComponent(name)}`, { workflow, baseRevision: 0 });
    const { secret } = await server.ask<{ secret: string }>('POST', '/api/grants', {
      kind: 'form',
      workflowName: name,
      queuedRuns,
    });
    const open = async () => {
      const page = await (await rig.openContext({ viewport, reducedMotion: 'no-preference' })).newPage();
      await page.goto(`${server.origin}/#grant=${secret}`);
      return page;
    };
    const page = await open();
    const run = page.getByTestId('form-run');
    const steps = page.locator('[data-input="steps"] .typed-number input');
    const start = async (count: string) => {
      await steps.fill(count);
      await page.keyboard.press('Tab');
      await run.click();
    };
    const bottomOf = (target: Locator) => target.evaluate((element) => element.getBoundingClientRect().bottom);
    await steps.waitFor();
    const body = page.locator('.form-body');
    expect(await body.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBeLessThanOrEqual(0);
    expect(await bottomOf(run)).toBeLessThanOrEqual(viewport.height);
    await keepScreenshot(page, `shared-form-${viewport.width}`);

    await start('500');
    const drawing = page.getByTestId('form-drawing').locator('img');
    await drawing.waitFor();
    const results = page.locator('.form-results a img');
    await results.waitFor();
    // On a phone the buttons are a bar at the bottom, over what scrolls.
    const bar = page.locator('.form-actions');
    const barTop = () => bar.evaluate((element) => element.getBoundingClientRect().top);
    const isPhone = viewport.width < 640;
    const isWholeSeen = async (target: Locator) =>
      (await target.evaluate((image: HTMLImageElement) => image.naturalWidth)) > 0 &&
      (await bottomOf(target)) <= (isPhone ? await barTop() : viewport.height);
    await expect.poll(() => isWholeSeen(drawing)).toBe(true);
    expect(await bottomOf(run)).toBeLessThanOrEqual(viewport.height);
    await keepScreenshot(page, `shared-form-drawing-${viewport.width}`);
    // Someone else with the same link, who may run it and does not stop what others run.
    const other = await open();
    await other.getByTestId('form-run').click();
    await other.getByText(waits).waitFor();
    expect(await other.getByTestId('form-drawing').count()).toBe(0);
    await other.getByTestId('form-stop').click();
    await expect.poll(() => other.getByTestId('form-run').isEnabled()).toBe(true);
    await page.reload();
    await drawing.waitFor();
    expect((await server.runs()).at(-1)?.state).toBe('running');
    await page.getByTestId('form-stop').click();
    await page.getByRole('status').getByText('Stopped').waitFor();

    expect([await results.count(), await drawing.count(), await run.isEnabled()]).toEqual([1, 0, true]);
    expect((await server.runs()).every(({ state }) => state === 'cancelled')).toBe(true);
    await keepScreenshot(page, `shared-form-stopped-${viewport.width}`);
    await start('2');
    await expect.poll(() => results.count()).toBeGreaterThan(1);
    await expect.poll(() => page.getByRole('status').textContent()).toBe('');
    await expect.poll(() => isWholeSeen(results.first())).toBe(true);
  },
);

async function messageOf(page: Page): Promise<string | null> {
  return page.getByTestId('message').textContent();
}

async function saveAs(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+s');
  await page.getByTestId('modal').getByRole('textbox').fill(name);
  await page.keyboard.press('Enter');
  await expect.poll(() => messageOf(page)).toBe(`Saved as ${name}`);
}

/** As the user does: F2 on the selected card. */
async function rename(page: Page, node: string, title: string): Promise<void> {
  await page.locator(`[data-node-id="${node}"] [data-testid="node-header"]`).click();
  await page.keyboard.press('F2');
  const field = page.locator(`[data-node-id="${node}"] .editable-text`);
  await field.fill(title);
  await page.keyboard.press('Enter');
}

async function revisionOf(server: EditorServer, name: string): Promise<number> {
  return (await server.ask<{ revision: number }>('GET', `/api/workflows/${name}`)).revision;
}

test('a workflow that names the model of an earlier version opens, and one click selects its replacement', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?empty&test' });
  const saved = JSON.parse(readFileSync(new URL('../fixtures/workflow-v1.json', import.meta.url), 'utf8'));

  await openWorkflow(page, saved);

  const note = page.locator('[data-node-id="model"] .former-checkpoint');
  await note.getByText('“tiny-unclip” is not installed').waitFor();
  expect(await note.locator('code').textContent()).toMatch(
    /^git restore --source=\w+ --worktree -- models\/tiny-unclip$/,
  );
  await keepScreenshot(page, 'former-checkpoint');
  await note.getByRole('button', { name: 'Use emoji-unclip' }).click();
  await note.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => window.__editor?.text())).not.toContain('tiny-unclip');
});
