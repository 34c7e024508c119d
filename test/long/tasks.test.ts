import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EditorServer, lastingPort, startEditorServer } from '../e2e/support/editor-server.js';
import { openBrowser } from '../support/browser.js';
import { CountedUser, placeIn } from '../support/counted-user.js';
import { openQuickExample, openSlowWorkflow } from '../support/open-workflow.js';

// What somebody new does, with a fresh profile and data folder, and in how many clicks.

const SHOTS = fileURLToPath(new URL('../e2e/artifacts/tasks/', import.meta.url));
const HEART = new URL('../../workflows/images/red-heart.png', import.meta.url);
const PATIENCE = { timeout: 60_000 };

interface RunOutput {
  readonly id: string;
  readonly sha256: string;
  readonly node: string;
  readonly index: number;
  readonly widthPx: number;
}

interface RunDetail {
  readonly id: string;
  readonly state: string;
  readonly outputs: readonly RunOutput[];
}

let browser: Browser;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await openBrowser();
});
afterAll(() => browser.close());

test('1: the first variations of the example', async () => {
  const { user, page, server } = await fresh();

  await user.click(page.getByTestId('run'));

  await resultsOf(page, 4);
  await ended(server, 1);
  await finish(user, { task: 1, most: 1 });
});

test('2: variations of a phone photo of 50 megapixels that is turned by its EXIF', async () => {
  const { user, page, server } = await fresh();
  const photo = await sharp({ create: { width: 8160, height: 6120, channels: 3, background: '#3a7' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 60 })
    .toBuffer();
  const card = page.locator('[data-node-id="photo"]');

  await user.choose(card.locator('.image-drop'), {
    name: 'IMG_0001.jpg',
    mimeType: 'image/jpeg',
    buffer: photo,
  });
  const loaded = card.locator('img').first();
  // It is shown upright.
  await expect
    .poll(
      () =>
        loaded.evaluate(
          (image) => (image as HTMLImageElement).naturalHeight / (image as HTMLImageElement).naturalWidth,
        ),
      PATIENCE,
    )
    .toBeCloseTo(8160 / 6120, 1);
  await user.click(page.getByTestId('run'));

  await resultsOf(page, 4);
  await ended(server, 1);
  await finish(user, { task: 2, most: 2 });
});

test('3: four more that differ, with their seeds in sight', async () => {
  const { user, page, server } = await withVariations();
  const seed = page.locator('[data-node-id="noise"] [data-param="seed"] input').first();
  const before = await seed.inputValue();

  await user.click(page.getByRole('button', { name: 'New seed and run', exact: true }));

  const [newest, first] = await ended(server, 2);
  const images = [...(newest?.outputs ?? []), ...(first?.outputs ?? [])];
  expect(new Set(images.map(({ sha256 }) => sha256)).size).toBe(8);
  expect(await seed.inputValue()).not.toBe(before);
  await finish(user, { task: 3, most: 1 });
});

test('4: less like the photo, then with a prompt', async () => {
  const { user, page, server } = await withVariations();
  const slider = page.locator('[data-node-id="noise"] [data-param="noiseLevel"] input[type="range"]');

  await user.click(page.getByTestId('live'));
  await user.drag(await placeIn(slider, 0.02), await placeIn(slider, 0.6));
  await expect
    .poll(async () => (await runsOf(server)).filter(({ state }) => state === 'succeeded').length, PATIENCE)
    .toBeGreaterThan(1);
  await user.click(page.locator('[data-node-id="prompt"] [data-param="prompt"] textarea'));
  await user.type('a red heart made of glass');

  await expect
    .poll(async () => JSON.stringify(await workflowOf(server, (await runsOf(server))[0]?.id)), PATIENCE)
    .toContain('made of glass');
  const { nodes } = await workflowOf(server, (await runsOf(server))[0]?.id);
  expect(nodes['noise']?.params?.['noiseLevel']).toBeGreaterThan(200);
  await expect.poll(async () => (await runsOf(server))[0]?.state, PATIENCE).toBe('succeeded');
  await finish(user, { task: 4, most: 4 });
});

test('5: the third of four is made again alone, and larger', async () => {
  const { user, page, server } = await withVariations();

  await user.click(page.locator('[data-node-id="save"] .card-result img').nth(2), { button: 'right' });
  await user.click(page.getByRole('menuitem', { name: 'Keep only this image, larger' }));
  await user.click(page.getByTestId('run'));

  const [alone, four] = await ended(server, 2);
  const third = four?.outputs.find(({ index }) => index === 2);
  const same = alone?.outputs.filter(({ node }) => node === 'save') ?? [];
  const larger = alone?.outputs.filter(({ node }) => node !== 'save') ?? [];
  expect([same.length, larger.length]).toEqual([1, 1]);
  const [before, after] = await Promise.all([pixelsOf(server, third), pixelsOf(server, same[0])]);
  expect(after.length).toBe(before.length);
  // A batch of another size rounds differently.
  expect(Math.max(...after.map((level, i) => Math.abs(level - (before[i] ?? 0))))).toBeLessThanOrEqual(1);
  expect(larger[0]?.widthPx).toBe(2 * (third?.widthPx ?? 0));
  await finish(user, { task: 5, most: 3 });
});

test('6: a result becomes the input', async () => {
  const { user, page } = await withVariations();
  const source = () => page.evaluate(() => window.__editor?.nodes()['photo']?.params?.['image']);
  const before = await source();

  const result = page.locator('[data-node-id="save"] .card-result img').nth(1);
  await user.drag(await placeIn(result), await placeIn(page.locator('[data-node-id="photo"]'), 0.5, 0.6));

  await expect.poll(source, PATIENCE).not.toBe(before);
  await finish(user, { task: 6, most: 1 });
});

test('7: a result is inpainted', async () => {
  const { user, page, server } = await withVariations();

  await user.click(page.locator('[data-node-id="save"] .card-result img').first());
  await user.click(page.getByTestId('result-view').getByRole('button', { name: 'Paint a mask' }));
  const stage = page.getByTestId('paint-stage');
  await stage.waitFor();
  await user.drag(await placeIn(stage, 0.4, 0.5), await placeIn(stage, 0.6, 0.5));
  await user.click(page.getByTestId('paint-prompt'));
  await user.type('a red heart');
  await user.click(page.getByTestId('paint-run'));

  await ended(server, 2);
  await finish(user, { task: 7, most: 6 });
});

test('8: saved, closed, opened again from the library, shared by a link that opens without a token', async () => {
  const { user, page, server } = await fresh();

  await user.press('Control+s');
  await page.getByTestId('modal').getByRole('textbox').waitFor();
  await user.press('Enter');
  await expect.poll(() => page.getByTestId('message').textContent(), PATIENCE).toMatch(/^Saved as /);
  const name = (await page.getByTestId('message').textContent())?.slice('Saved as '.length) ?? '';
  const context = page.context();
  await page.close();

  const next = await context.newPage();
  await next.goto(`${server.origin}/?empty#t=${server.token}`);
  await next.getByTestId('run').and(next.locator(':enabled')).waitFor();
  const later = new CountedUser(next, user.count);
  await later.press('Control+Shift+O');
  await later.click(
    next
      .getByTestId('library')
      .getByRole('button', { name: new RegExp(`^${name}`) })
      // A template is called so too.
      .filter({ hasText: 'saved' }),
  );
  await next.locator('[data-node-id="sample"]').waitFor();
  await later.press('Control+Alt+s');
  await later.click(next.getByRole('button', { name: 'Make a link' }));
  const link = await next.getByTestId('share-link').inputValue();

  const stranger = await open(server, {});
  await stranger.goto(link);
  await stranger.locator('[data-node-id="sample"]').waitFor();
  await stranger.getByTestId('read-only').waitFor();
  await finish(later, { task: 8, most: 6 });
});

test('11: an earlier image is found, its settings are seen, and they give the same bytes again', async () => {
  const { page: earlier, server } = await withVariations();
  const [first] = await runsOf(server);
  const context = earlier.context();
  await earlier.close();
  const page = await context.newPage();
  await page.goto(`${server.origin}/?test&empty#t=${server.token}`);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  const user = new CountedUser(page);

  await user.click(page.getByTestId('gallery-button'));
  await user.click(page.locator(`[data-picture="${first?.outputs[0]?.id}"]`));
  await page.locator('.picture-node').first().waitFor();
  await user.click(page.locator('.picture-details').getByRole('button', { name: 'Open its workflow' }));
  await page.locator('[data-node-id="sample"]').waitFor();
  await user.click(page.getByTestId('run'));

  const [again] = await ended(server, 2);
  const bytesOf = (run: RunDetail | undefined) => run?.outputs.map(({ sha256 }) => sha256);
  expect(bytesOf(again)).toEqual(bytesOf(first));
  await finish(user, { task: 11, most: 4 });
});

test('15: a long run is cancelled, the server is lost and comes back, and work goes on', async () => {
  const { user, page, server } = await fresh({ isRestarted: true });
  await openSlowWorkflow(page, { steps: 1000, stepMs: 50 });
  await page.getByTestId('run').click();
  await page.getByTestId('stop').waitFor();

  await user.click(page.getByTestId('stop'));
  await expect.poll(async () => (await runsOf(server))[0]?.state, PATIENCE).toBe('cancelled');
  await server.kill();
  await page.getByTestId('connection-bar').waitFor();
  await server.start();
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor(PATIENCE);
  await user.click(page.getByTestId('run'));

  await page.getByTestId('stop').waitFor();
  await finish(user, { task: 15, most: 3 });
});

test('16: a published form on a phone', async () => {
  const server = await ownServer();
  const workflow = {
    format: 'unclip-workflow',
    version: 1,
    title: 'Smaller',
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
      resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 64, height: 64 } },
      save: { type: 'SaveImage', inputs: { image: 'resize.image' } },
    },
    inputs: { photo: { to: ['photo.image'] } },
  };
  await server.ask('PUT', '/api/workflows/Smaller', { workflow, baseRevision: 0 });
  const grant = { kind: 'form', workflowName: 'Smaller', days: 1, runsPerHour: 10 };
  const { secret } = await server.ask<{ readonly secret: string }>('POST', '/api/grants', grant);
  const page = await open(server, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await page.goto(`${server.origin}/#grant=${secret}`);
  const user = new CountedUser(page);

  await user.choose(page.locator('[data-input="photo"] .image-drop'), {
    name: 'photo.png',
    mimeType: 'image/png',
    buffer: readFileSync(HEART),
  });
  await user.click(page.getByTestId('form-run'));
  const image = page.locator('.form-results img').first();
  await image.waitFor(PATIENCE);
  const [look] = await Promise.all([page.waitForEvent('popup'), user.click(image)]);
  await look.close();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    user.click(page.locator('.form-results').getByRole('link', { name: 'Download' }).first()),
  ]);

  expect((await sharp(await download.path()).metadata()).width).toBe(64);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await finish(user, { task: 16, most: 5 });
});

/** Whatever the task took, it is told; a screenshot shows where it ended. */
async function finish(user: CountedUser, { task, most }: { readonly task: number; readonly most: number }) {
  await user.page.screenshot({ path: join(SHOTS, `${String(task).padStart(2, '0')}.png`) });
  process.stderr.write(`task ${task}: ${user.count} of at most ${most} clicks\n`);
  expect(user.count).toBeLessThanOrEqual(most);
}

async function ownServer({ isRestarted = false } = {}): Promise<EditorServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'unclip-task-'));
  const server = await startEditorServer({ dataFolder, port: isRestarted ? await lastingPort() : undefined });
  onTestFinished(async () => {
    await server.kill();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });
  return server;
}

async function open(server: EditorServer, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: server.origin,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE.timeout);
  onTestFinished(() => context.close());
  return context.newPage();
}

/** The printed address in a fresh profile, and nothing done yet. */
async function fresh(options: { readonly isRestarted?: boolean } = {}) {
  const server = await ownServer(options);
  const page = await open(server, {});
  await page.goto(`${server.origin}/?test#t=${server.token}`);
  await page.getByTestId('run').and(page.locator(':enabled')).waitFor();
  await page.waitForFunction(() => window.__editor !== undefined);
  return { server, page, user: new CountedUser(page) };
}

/** The page as the first task leaves it, with fewer steps. */
async function withVariations() {
  const { server, page } = await fresh();
  await openQuickExample(page, 'image-variations');
  await page.getByTestId('run').click();
  await resultsOf(page, 4);
  await ended(server, 1);
  return { server, page, user: new CountedUser(page) };
}

async function resultsOf(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('[data-node-id="save"] .card-result img').count(), PATIENCE).toBe(count);
}

async function runsOf(server: EditorServer): Promise<readonly RunDetail[]> {
  return (await server.ask<{ readonly runs: readonly RunDetail[] }>('GET', '/api/runs?limit=20')).runs;
}

/** All runs, newest first, once there are so many and all have ended well. */
async function ended(server: EditorServer, count: number): Promise<readonly RunDetail[]> {
  await expect
    .poll(async () => (await runsOf(server)).map(({ state }) => state), PATIENCE)
    .toEqual(Array.from({ length: count }, () => 'succeeded'));
  return runsOf(server);
}

/** Levels of all channels, row by row. */
async function pixelsOf(server: EditorServer, output: RunOutput | undefined): Promise<Uint8Array> {
  const authorization = `Bearer ${server.token}`;
  const answer = await fetch(`${server.origin}/api/outputs/${output?.id}`, { headers: { authorization } });
  return sharp(await answer.arrayBuffer())
    .removeAlpha()
    .raw()
    .toBuffer();
}

function workflowOf(server: EditorServer, run: string | undefined) {
  return server.ask<{
    readonly nodes: Readonly<Record<string, { readonly params?: Readonly<Record<string, unknown>> }>>;
  }>('GET', `/api/runs/${run}/workflow`);
}
