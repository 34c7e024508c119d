import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../support/long-suite.js';
import { openQuickExample, openSlowWorkflow } from '../support/open-workflow.js';
import { draftsOf } from './support/drafts.js';
import { editorRig, takeClipboard } from './support/editor-rig.js';

const rig = editorRig();
const READY = { timeout: 20_000 };

longTest('parts of the page that cannot be fetched say so in their places, and come when they can', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  const failure = page.getByTestId('part-failure');
  await page.route('**/assets/*', (route) => route.abort());

  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await failure.waitFor();
  await page.keyboard.press('F1');
  await expect.poll(() => failure.count(), READY).toBe(2);
  expect(await page.getByTestId('canvas').isVisible()).toBe(true);
  await page.unroute('**/assets/*');
  await page.locator('.panel').getByRole('button', { name: 'Try again' }).click();

  await page.getByTestId('library').waitFor();
  await page.locator('.part-failure[data-over]').getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => failure.count(), READY).toBe(0);

  // Act: the server is upgraded, and the old files are gone.
  await page.route('**/assets/*', (route) => route.fulfill({ status: 404 }));
  await page.route(
    (url) => url.pathname === '/',
    (route) => route.fulfill({ body: '<script type="module" src="/assets/index-new.js"></script>' }),
  );
  await page.keyboard.press('Control+k');

  await page.getByRole('button', { name: 'Reload for the new version' }).waitFor();
});

longTest(
  'a server that does not answer the first question is asked again, and a page without its texts says so',
  async () => {
    const server = await rig.sharedServer();
    const page = await (await rig.openContext()).newPage();
    await page.route('**/api/nodes', (route) => route.abort(), { times: 1 });
    await page.route('**/assets/en-*', (route) => route.abort());

    await page.goto(`${server.origin}/#t=${server.token}`);
    await page.getByText('could not be loaded').waitFor();
    await page.unroute('**/assets/en-*');
    await page.getByRole('button', { name: 'Reload the page' }).click();

    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The server does not answer.');
    await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  },
);

if (IS_LONG_SUITE) {
  test('if the browser stores no drafts, leaving a changed workflow asks first', async () => {
    const server = await rig.sharedServer();
    const context = await rig.openContext();
    // It neither opens nor fails, as some browsers' private windows do.
    await context.addInitScript('indexedDB.open = () => ({})');
    const page = await rig.openEditor(server, { context, query: '?test&drafts' });
    await remove(page, 'decode');
    // Within a second of a change the page would ask anyway.
    await page.waitForTimeout(1100);

    const asked = new Promise<string>((resolve) => {
      page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      });
    });
    await page.close({ runBeforeUnload: true });

    expect(await asked).toBe('beforeunload');
  });

  test('without the locks of a secure origin, two tabs keep their own drafts', async () => {
    const server = await rig.sharedServer();
    const context = await rig.openContext();
    await context.addInitScript('Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined })');
    const first = await rig.openEditor(server, { context, query: '?test&drafts' });
    await remove(first, 'decode');
    await expect.poll(async () => (await draftsOf(first)).length).toBe(1);
    const second = await rig.openEditor(server, { context, query: '?test&drafts' });
    expect(await nodesOf(second)).toContain('decode');

    await remove(second, 'noise');
    await expect.poll(async () => (await draftsOf(second)).length).toBe(2);
    await first.reload();
    await first.waitForFunction(() => window.__editor !== undefined);

    expect(await nodesOf(first)).toContain('noise');
    expect(await nodesOf(first)).not.toContain('decode');
  });
}

longTest('a refused run leaves the images, and its notice goes with the next change', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').and(page.locator(':enabled')).click();
  const images = page.locator('[data-node-id="save"] .card-result img');
  await expect.poll(() => images.count(), READY).toBe(4);
  const problem = { title: 'No', detail: 'This workflow is refused.', errors: [] };
  await page.route('**/api/runs', (route) => route.fulfill({ status: 422, json: problem }));

  await page.getByTestId('run').and(page.locator(':enabled')).click();
  const notice = page.getByTestId('run-notice');
  await notice.getByRole('button', { name: 'Run anyway' }).click();

  await expect.poll(() => notice.textContent()).toContain('This workflow is refused.');
  expect(await images.count()).toBe(4);
  await remove(page, 'decode');
  await expect.poll(() => notice.count()).toBe(0);
});

longTest('a workflow can replace another one by its name, and is never named like a step in a path', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  const nodes = { old: { type: 'DevSave' } };
  const workflow = { format: 'unclip-workflow', version: 1, nodes };
  await server.ask('PUT', '/api/workflows/Taken', { workflow, baseRevision: 0 });
  await expect(server.ask('PUT', '/api/workflows/%2e%2e', { workflow, baseRevision: 0 })).rejects.toThrow();
  await page.keyboard.press('Control+s');
  const dialog = page.getByTestId('modal');
  const name = dialog.getByRole('textbox');

  await name.fill('..');
  await dialog.getByText('".." cannot be a name.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Save', exact: true }).isEnabled()).toBe(false);
  await name.fill('Taken');
  await name.press('Enter');
  await dialog.getByRole('button', { name: 'Replace' }).click();

  await expect.poll(() => page.getByTestId('message').textContent()).toBe('Saved as Taken');
  const saved = await server.ask<{ revision: number; workflow: { title: string } }>('GET', '/api/workflows/Taken');
  expect(saved).toMatchObject({ revision: 2, workflow: { title: 'Taken' } });
  const { workflow: before } = await server.ask<{ workflow: object }>('GET', '/api/workflows/Taken/versions/1');
  expect(before).toMatchObject({ nodes });
});

test('a queue of a thousand runs is on the page as far as it is in sight, without previews', async () => {
  const server = await rig.sharedServer();
  const context = await rig.openContext();
  await context.routeWebSocket('**/api/events', (socket) => {
    const real = socket.connectToServer();
    real.onMessage((message) => socket.send(typeof message === 'string' ? withManyRuns(message) : message));
  });
  const page = await rig.openEditor(server, { context });

  await page.getByRole('button', { name: 'Queue', exact: true }).click();

  const rows = page.getByTestId('queue').locator('li[data-run]');
  await expect.poll(() => rows.first().getAttribute('data-run'), READY).toBe('run0');
  expect(await rows.count()).toBeLessThan(60);
  await page.locator('.panel-content').evaluate((panel) => panel.scrollTo(0, panel.scrollHeight));
  await expect.poll(() => rows.last().getAttribute('data-run'), READY).toBe('run999');
});

test('keys and fields do what they say', async () => {
  const server = await rig.sharedServer();
  const page = await rig.openEditor(server, { query: '?test' });
  await openSlowWorkflow(page, { steps: 1, stepMs: 1 });
  const seed = page.locator('[data-node-id="sleep"]').getByRole('textbox', { name: 'seed' });
  const seedOf = () => page.evaluate(() => window.__editor?.nodes()['sleep']?.params?.['seed']);
  let starts = 0;
  await page.route('**/api/runs', (route) => {
    if (route.request().method() === 'POST') starts++;
    return route.fulfill({ status: 503, json: { detail: 'busy' } });
  });

  // A seed of 64 bits is kept; an invalid seed stays typed, is reported, and nothing runs with the previous one.
  await seed.fill('18446744073709551615');
  await seed.press('Enter');
  expect(await seedOf()).toBe('18446744073709551615');
  await seed.fill('-1');
  await seed.press('Control+Enter');
  expect(await seed.inputValue()).toBe('-1');
  expect(await page.locator('.typed-problem').textContent()).toContain('Expected a whole number from 0');
  await page.getByTestId('run').click();
  await expect.poll(() => page.getByTestId('run-notice').textContent()).toContain('Correct this field');
  expect(starts).toBe(0);
  await seed.press('Escape');

  // Undo in a text field undoes its text.
  await seed.fill('');
  await seed.pressSequentially('12');
  await seed.press('Control+z');
  expect(await seedOf()).toBe('18446744073709551615');
  await seed.press('Escape');
  await seed.press('Control+z');
  expect(await seedOf()).toBeUndefined();

  // And so does undo in a search field.
  await page.keyboard.press('Control+k');
  const search = page
    .getByTestId('command-palette')
    .getByRole('combobox')
    .or(page.getByTestId('command-palette').getByRole('textbox'));
  await search.pressSequentially('fit');
  await search.press('Control+z');
  expect(await search.inputValue()).not.toBe('fit');
  expect(await page.evaluate(() => Object.keys(window.__editor?.nodes() ?? {}))).toContain('sleep');
  await search.press('Escape');

  // A held key starts one run.
  await page.getByTestId('canvas').focus();
  await page.keyboard.down('Control');
  for (let i = 0; i < 5; i++) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await page.keyboard.up('Control');
  await expect.poll(() => page.getByTestId('run-notice').textContent()).toContain('busy');
  expect(starts).toBe(1);

  // A Cyrillic layout, and a note that takes what is typed next.
  await page.locator('[data-node-id="sleep"] [data-testid="node-header"]').click();
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    const key = { key: 'Т', code: 'KeyN', shiftKey: true, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
  });
  await page.keyboard.type('Mind the step');
  await expect.poll(() => page.getByTestId('note').getByRole('textbox').inputValue()).toBe('Mind the step');

  // Enter and Escape of an input method end no renaming.
  await page.locator('[data-node-id="sleep"] [data-testid="node-header"]').click();
  await page.keyboard.press('F2');
  const title = page.locator('[data-node-id="sleep"] .editable-text');
  await title.fill('ねむり');
  await title.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
  expect(await title.inputValue()).toBe('ねむり');
  await title.press('Enter');
  await expect.poll(() => title.count()).toBe(0);

  // Over plain http there is no clipboard to write to; the menu copies anyway.
  await takeClipboard();
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.locator('[data-node-id="sleep"] [data-testid="node-header"]').click({ button: 'right' });
  await page.getByTestId('canvas-menu').getByRole('menuitem', { name: /^Copy/ }).click();
  await expect.poll(() => page.getByTestId('message').textContent()).toContain('Copied');
  await page.locator('[data-node-id="sleep"] [data-testid="node-header"]').click({ button: 'right' });
  await page.getByTestId('canvas-menu').getByRole('menuitem', { name: /^Cut/ }).click();
  await page.locator('[data-node-id="sleep"]').waitFor({ state: 'detached' });
  await page.getByTestId('canvas').focus();
  await page.keyboard.press('Control+v');
  await page.locator('[data-node-id="sleep"]').waitFor();
});

/** A snapshot as of a server with a thousand runs, and as many previews. */
function withManyRuns(text: string): string {
  const message = JSON.parse(text);
  if (message.type !== 'snapshot') return text;
  const run = { state: 'queued', title: 'Many', createdAt: new Date(0).toISOString(), priority: 0, attempts: 0 };
  message.snapshot.recent = [];
  message.snapshot.active = Array.from({ length: 2000 }, (_, i) => ({
    ...{ ...run, targets: [], outputs: [], nodes: {} },
    ...(i % 2 === 0 ? { id: `run${i / 2}` } : { id: `preview${i}`, preview: true }),
  }));
  return JSON.stringify(message);
}

async function remove(page: Page, node: string): Promise<void> {
  await page.locator(`[data-node-id="${node}"] [data-testid="node-header"]`).click();
  await page.keyboard.press('Delete');
  await page.locator(`[data-node-id="${node}"]`).waitFor({ state: 'detached' });
}

async function nodesOf(page: Page): Promise<readonly string[]> {
  return Object.keys((await page.evaluate(() => window.__editor?.nodes())) ?? {});
}
