import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EditorServer, lastingPort, startEditorServer } from '../e2e/support/editor-server.js';
import { openBrowser } from '../support/browser.js';
import { SMALL_CHECKPOINT } from '../support/checkpoint-copy.js';
import { examplePrompt } from '../support/comfyui-example.js';
import { comfyUiFrontend } from '../support/comfyui-frontend.js';
import { type ComfyWindow, comfyPageIsReady } from '../support/comfyui-page.js';
import { CountedUser, type Point, placeIn } from '../support/counted-user.js';
import { loraFile } from '../support/lora-file.js';
import { dropFile, openQuickExample, openSlowWorkflow } from '../support/open-workflow.js';
import { tempFolder } from '../support/temp-folder.js';

// What somebody new does, with a fresh profile and data folder, and in how many clicks.

const SHOTS = fileURLToPath(new URL('../e2e/artifacts/tasks/', import.meta.url));
const HEART = new URL('../../workflows/images/red-heart.png', import.meta.url);
const PATIENCE = { timeout: 60_000 };
// Of the prompts that the bundled model takes.
const EMOJI_TEXT_WIDTH = 128;

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

test('9: another checkpoint from a folder; a broken one and a Git LFS pointer say what they are', async () => {
  const models = tempFolder();
  for (const name of ['other', 'broken', 'pointer']) cpSync(SMALL_CHECKPOINT, join(models, name), { recursive: true });
  const weightsOf = (name: string) => join(models, name, 'unet/diffusion_pytorch_model.safetensors');
  // A download that ended early, and a clone without the large files.
  truncateSync(weightsOf('broken'), 20_000);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 4000000000\n`;
  writeFileSync(weightsOf('pointer'), pointer);
  const { user, page, server } = await fresh({ args: ['--models', models] });
  await openQuickExample(page, 'image-variations');

  await user.click(page.locator('[data-node-id="model"]').getByRole('button', { name: /choose with images/ }));
  const picker = page.getByTestId('model-picker');
  const saidOf = (name: string) => picker.locator(`[data-model="${name}"]`).textContent();
  await picker.locator('[data-model="pointer"]').waitFor();
  expect(await saidOf('pointer')).toContain('Git LFS pointer');
  expect(await saidOf('broken')).toContain('is damaged, or not the file it should be');
  await page.screenshot({ path: join(SHOTS, '09-picker.png') });
  await user.click(picker.locator('[data-model="other"] button').first());
  await picker.waitFor({ state: 'detached' });
  await user.click(page.getByTestId('run'));

  await resultsOf(page, 4);
  await ended(server, 1);
  const { nodes } = await workflowOf(server, (await runsOf(server))[0]?.id);
  // By its name: a workflow knows no folders.
  expect(nodes['model']?.params).toEqual({ checkpoint: 'other' });
  await finish(user, { task: 9, most: 3 });
});

test('10: a LoRA at 0.7', async () => {
  const models = tempFolder();
  mkdirSync(join(models, 'loras'));
  writeFileSync(join(models, 'loras/paper-cut.safetensors'), loraFile(EMOJI_TEXT_WIDTH));
  const { user, page } = await fresh({ args: ['--models', models] });
  await openQuickExample(page, 'image-variations');

  await user.click(page.getByTestId('models-button'));
  await user.click(page.getByRole('button', { name: 'Add paper-cut to the workflow' }));
  await expect.poll(() => focusedField(page), PATIENCE).toBe('strength, value');
  await user.type('0.7');
  await user.press('Enter');

  const graph = () => page.evaluate(() => window.__editor?.nodes() ?? {});
  const lora = Object.entries(await graph()).find(([, { type }]) => type === 'ApplyLora');
  expect(lora?.[1].params).toEqual({ lora: 'paper-cut.safetensors', strength: 0.7 });
  expect(lora?.[1].inputs).toEqual({ unet: 'model.unet', text: 'model.text' });
  const { sample, prompt } = await graph();
  expect([sample?.inputs?.['unet'], prompt?.inputs?.['text']]).toEqual([`${lora?.[0]}.unet`, `${lora?.[0]}.text`]);
  await finish(user, { task: 10, most: 4 });
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
  await user.click(page.locator(`[data-image="${first?.outputs[0]?.id}"]`));
  await page.locator('.image-node').first().waitFor();
  await user.click(page.locator('.image-details').getByRole('button', { name: 'Open its workflow' }));
  await page.locator('[data-node-id="sample"]').waitFor();
  await user.click(page.getByTestId('run'));

  const [again] = await ended(server, 2);
  const bytesOf = (run: RunDetail | undefined) => run?.outputs.map(({ sha256 }) => sha256);
  expect(bytesOf(again)).toEqual(bytesOf(first));
  await finish(user, { task: 11, most: 4 });
});

test('12: a graph of variations from an empty page: six nodes from the photo to the file, the model and its prompt', async () => {
  const { user, page, server } = await fresh({ query: '?test&empty' });
  const idOf = (wanted: string) =>
    page.evaluate(
      (type) => Object.entries(window.__editor?.nodes() ?? {}).find(([, node]) => node.type === type)?.[0] ?? '',
      wanted,
    );
  /** Drags a wire out of a socket, and adds a node of a type at its end. */
  const lead = async (type: string, side: 'input' | 'output', name: string, end: readonly [string, Point]) => {
    const [added, to] = end;
    const from = await page.evaluate(([node, at, port]) => window.__editor?.socketPoint(node, at, port), [
      await idOf(type),
      side,
      name,
    ] as const);
    await user.drag(from ?? to, to);
    await user.click(page.getByTestId(`add-${added}`));
    await page.evaluate(() => window.__editor?.settled());
  };

  await user.press('Tab');
  await page.getByTestId('node-search').getByRole('combobox').and(page.locator(':focus')).waitFor();
  await user.type('load model');
  await user.press('Enter');
  await page.evaluate(() => window.__editor?.settled());
  // The wheel zooms, and presses nothing.
  await page.mouse.move(10, 450);
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, 60);
  const model = (await page.locator('[data-node-id]').first().boundingBox()) ?? { x: 0, y: 0 };
  await lead('LoadModel', 'output', 'vision', ['CLIPImageEmbed', { x: model.x + 230, y: model.y + 100 }]);
  await user.drop(() => dropFile(page, { name: 'heart.png', type: 'image/png', bytes: readFileSync(HEART) }));
  await page.waitForFunction(() => Object.keys(window.__editor?.nodes() ?? {}).length === 3);
  await lead('CLIPImageEmbed', 'output', 'embed', ['NoiseAugment', { x: model.x + 430, y: model.y + 100 }]);
  await lead('NoiseAugment', 'output', 'condition', ['UNetSample', { x: model.x + 640, y: model.y - 160 }]);
  await lead('UNetSample', 'input', 'prompt', ['TextEncode', { x: model.x + 560, y: model.y - 200 }]);
  await lead('UNetSample', 'output', 'latent', ['VAEDecode', { x: model.x + 850, y: model.y - 200 }]);
  await lead('VAEDecode', 'output', 'image', ['SaveImage', { x: model.x + 860, y: model.y + 40 }]);
  await finish(user, { task: 12, most: 16 });

  // It is whole.
  await page.getByTestId('run').click();
  await resultsOf(page, 1, await idOf('SaveImage'));
  await ended(server, 1);
});

test('13: a ComfyUI workflow is dropped and run, and its image opens the graph in ComfyUI’s page', async () => {
  const { user, page, server } = await fresh({ args: ['--comfyui', '--comfyui-frontend', comfyUiFrontend()] });
  // A tour and a gallery of templates open by themselves for somebody new.
  const seen = {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
  };
  await fetch(`${server.origin}/settings/Comfy.TutorialCompleted`, { ...seen, body: 'true' });
  const comfy = await page.context().newPage();
  await comfy.goto(`${server.origin}/comfyui/`, { timeout: 600_000 });
  await comfyPageIsReady(comfy);
  const prompt = examplePrompt('red-heart.png', { checkpoint: 'emoji-unclip' });

  await user.drop(() =>
    dropFile(page, { name: 'mine.json', type: 'application/json', bytes: Buffer.from(JSON.stringify(prompt)) }),
  );
  await user.click(page.getByRole('button', { name: 'Show the graph' }));
  await user.click(page.getByTestId('run'));
  await ended(server, 1);
  const result = page.locator('.card-result').first();
  await result.waitFor();
  await user.drop(() => dragToComfy(result, comfy));

  const shown = () =>
    comfy.evaluate(() => ((window as ComfyWindow).app?.graph._nodes ?? []).map(({ type }) => type).sort());
  const classes = Object.values(prompt).map(({ class_type: type }) => type);
  await expect.poll(shown, { timeout: 120_000 }).toEqual(classes.sort());
  await comfy.screenshot({ path: join(SHOTS, '13-comfyui.png') });
  await finish(user, { task: 13, most: 4 });
}, 1_200_000);

test('14: two params swept as a table', async () => {
  const { user, page, server } = await fresh();
  await openQuickExample(page, 'image-variations');
  const label = (node: string, param: string) =>
    page.locator(`[data-node-id="${node}"] [data-param="${param}"] .param-label`);

  await user.click(label('sample', 'guidanceScale'), { button: 'right' });
  await user.click(page.getByRole('menuitem', { name: /Compare values of/ }));
  await expect.poll(() => focusedField(page), PATIENCE).toBe('column values');
  await user.type('1, 3');
  await user.click(label('noise', 'noiseLevel'), { button: 'right' });
  await user.click(page.getByRole('menuitem', { name: /Compare values of/ }));
  await expect.poll(() => focusedField(page), PATIENCE).toBe('row values');
  await user.type('0, 400, 800');
  await user.click(page.getByTestId('run'));

  const [run] = await ended(server, 1);
  expect(run?.outputs).toHaveLength(1);
  const { nodes } = await workflowOf(server, run?.id);
  const sweep = Object.values(nodes).find(({ params }) => params?.['x'] !== undefined);
  expect(sweep?.params).toEqual({
    ...{ x: 'sample.guidanceScale', xValues: '1, 3', y: 'noise.noiseLevel', yValues: '0, 400, 800' },
  });
  await finish(user, { task: 14, most: 7 });
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

interface ServerOptions {
  readonly isRestarted?: boolean;
  readonly args?: readonly string[];
}

async function ownServer({ isRestarted = false, args }: ServerOptions = {}): Promise<EditorServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'unclip-task-'));
  const server = await startEditorServer({ dataFolder, args, port: isRestarted ? await lastingPort() : undefined });
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
async function fresh({ query = '?test', ...options }: ServerOptions & { readonly query?: string } = {}) {
  const server = await ownServer(options);
  const page = await open(server, {});
  await page.goto(`${server.origin}/${query}#t=${server.token}`);
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

async function resultsOf(page: Page, count: number, node = 'save'): Promise<void> {
  await expect.poll(() => page.locator(`[data-node-id="${node}"] .card-result img`).count(), PATIENCE).toBe(count);
}

/** The accessible name of the field that has the focus. */
function focusedField(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
}

/** As a drag of a result into another window: what the page gives it arrives in the drop. */
async function dragToComfy(result: Locator, comfy: Page): Promise<void> {
  const address = await result.evaluate((element) => {
    const dataTransfer = new DataTransfer();
    element.dispatchEvent(new DragEvent('dragstart', { dataTransfer, bubbles: true }));
    return dataTransfer.getData('text/uri-list');
  });
  await comfy.evaluate((uri) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', uri);
    const at = { dataTransfer, bubbles: true, cancelable: true, clientX: 700, clientY: 850 };
    for (const event of ['dragenter', 'dragover', 'drop'])
      document.querySelector('#graph-canvas')?.dispatchEvent(new DragEvent(event, at));
  }, address);
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
