import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reopenFolder } from '../comfyui/reopen-folder.js';
import { UNCLIP_2PASS, UNCLIP_EXAMPLE, UNCLIP_MULTIPLE, uiFile } from '../comfyui/ui-file.js';
import { openBrowser } from '../support/browser.js';
import { examplePrompt } from '../support/comfyui-example.js';
import { comfyUiFrontend } from '../support/comfyui-frontend.js';
import {
  type ComfyWindow,
  comfyPageIsReady,
  dropOnComfy,
  LONGEST_STEP_MS,
  openComfyPage,
  showNode,
} from '../support/comfyui-page.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, type TestServer } from '../support/test-server.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// ComfyUI's own front end in a real browser, against this server. Its package has some 120 MB and comes from PyPI.

// As its list of checkpoints has it, so that the page misses none.
const CHOSEN = { checkpoint: 'emoji-unclip' };
const PROMPT = examplePrompt('mine.png', { ...CHOSEN, steps: 12 });
const CLASSES = Object.values(PROMPT).map(({ class_type: type }) => type);
const LINKS = 13;

const LONG_RUN = examplePrompt('mine.png', { ...CHOSEN, steps: 1000, seed: 8 });

const data = mkdtempSync(join(tmpdir(), 'unclip-test-'));
let server: TestServer;
let browser: Browser;
let page: Page;
let previewCount = 0;
const messages: string[] = [];
const refusals: string[] = [];
const failures: string[] = [];

beforeAll(async () => {
  // The bundled model, whose images can be viewed.
  const machine = { modelFolders: [join(REPOSITORY, 'models')] };
  server = await startTestServer(data, {}, { comfyui: true, comfyuiPageFolder: comfyUiFrontend(), machine });
  const image = readFileSync(join(REPOSITORY, 'workflows/images/red-heart.png'));
  for (const name of ['mine.png', 'red-heart.png', 'mountains.png', 'sunset.png']) {
    const form = new FormData();
    form.set('image', new Blob([image]), name);
    expect((await fetch(`${server.origin}/upload/image`, { method: 'POST', body: form })).status).toBe(200);
  }
  // A tour and a gallery of templates open by themselves for somebody new.
  await post('/settings/Comfy.TutorialCompleted', true);
  browser = await openBrowser();
  page = await openComfyPage(browser, server.origin, listenTo);
}, 1_200_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(data, { recursive: true, force: true });
});

function listenTo(opened: Page): void {
  opened.setDefaultTimeout(LONGEST_STEP_MS);
  opened.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string') messages.push(String(JSON.parse(payload).type));
      else if (payload.readUInt32BE(0) === 4) previewCount++;
    }),
  );
  opened.on('response', (answer) => {
    const { pathname, search } = new URL(answer.url());
    if (answer.status() >= 400) refusals.push(`${answer.status()} ${pathname}${search}`);
  });
  opened.on('pageerror', (error) => failures.push(String(error)));
}

test('ComfyUI’s page runs a prompt, and shows its progress, previews, image and queue', async () => {
  await dropOnComfy(page, jsonFile('mine.json', PROMPT));
  expect(await shownGraph()).toEqual({ types: [...CLASSES].sort(), links: LINKS, withErrors: [] });

  await run();
  await expect.poll(() => jobStates(), { timeout: LONGEST_STEP_MS }).toEqual(['completed']);
  await showNode(page, 'SaveImage');

  await expect.poll(() => shownImageSizes(), { timeout: LONGEST_STEP_MS }).toEqual([[64, 64]]);
  expect(previewCount).toBeGreaterThan(0);
  const running = ['execution_start', 'progress_state', 'executing', 'progress', 'executed', 'execution_success'];
  expect(messages).toEqual(expect.arrayContaining(['status', ...running]));
  await shot('save-image');
  await openQueue();
  await page
    .getByText(/^mine_.*\.png$/)
    .first()
    .waitFor();
  await shot('queue-done');
  await openQueue();
}, 1_200_000);

test('ComfyUI’s page lists what runs and waits, and cancels it', async () => {
  const before = (await jobStates()).length;
  await dropOnComfy(page, jsonFile('long.json', LONG_RUN));
  await run();
  await run();
  const waiting = async () => (await jobStates()).slice(0, 2).sort();
  await expect.poll(waiting, { timeout: LONGEST_STEP_MS }).toEqual(['in_progress', 'pending']);
  const previewsBefore = previewCount;
  await expect.poll(() => previewCount, { timeout: LONGEST_STEP_MS }).toBeGreaterThan(previewsBefore);
  await openQueue();
  await page.getByRole('button', { name: '2 active' }).waitFor();
  await shot('queue');
  await openQueue();

  for (const left of [
    ['in_progress', 'cancelled'],
    ['cancelled', 'cancelled'],
  ]) {
    const cancelled = (await jobStates()).filter((state) => state === 'cancelled').length;
    await page.getByRole('button', { name: 'Cancel current run' }).click();
    const count = async () => (await jobStates()).filter((state) => state === 'cancelled').length;
    await expect.poll(count, { timeout: LONGEST_STEP_MS }).toBe(cancelled + 1);
    const states = async () => (await jobStates()).slice(0, 2).sort();
    await expect.poll(states, { timeout: LONGEST_STEP_MS }).toEqual([...left].sort());
  }

  expect(messages).toContain('execution_interrupted');
  expect(await jobStates()).toHaveLength(before + 2);
  expect(await shownGraph()).toMatchObject({ withErrors: [] });
}, 1_200_000);

test('ComfyUI’s page shows its history, and is restored from the image that it made', async () => {
  await dropOnComfy(page, jsonFile('again.json', PROMPT));
  const before = await shownPlaces();
  await run();
  await expect.poll(async () => (await jobStates())[0], { timeout: LONGEST_STEP_MS }).toBe('completed');
  const [newest] = await jobs();
  await useHistoryPanel(true);
  await openQueue();
  const history = page.getByTestId('job-history-sidebar');
  await expect.poll(() => history.getByText(/^mine_.*\.png$/).count(), { timeout: LONGEST_STEP_MS }).toBe(2);
  await shot('history');
  await useHistoryPanel(false);
  const image = await fetch(`${server.origin}/view?${new URLSearchParams({ ...newest?.preview_output })}`);
  await page.reload();
  await comfyPageIsReady(page);

  await dropOnComfy(page, { name: 'made.png', type: 'image/png', bytes: Buffer.from(await image.arrayBuffer()) });

  expect(await shownGraph()).toEqual({ types: [...CLASSES].sort(), links: LINKS, withErrors: [] });
  // The page itself, and not its prompt with a new layout.
  expect(await shownPlaces()).toEqual(before);
}, 1_200_000);

test.each(['png', 'webp'] as const)(
  'ComfyUI’s page opens the workflow of a %s that the command line made',
  async (format) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'page.json'), JSON.stringify(uiFile(UNCLIP_EXAMPLE)));
    expect(await unclip(['import', 'page.json', '--out', 'ours.json'], { cwd: folder })).toMatchObject({ code: 0 });
    const settings = {
      'model_32.checkpoint': 'emoji-unclip',
      'photo_34.image': 'red-heart.png',
      ...{ 'sample_3.width': 64, 'sample_3.height': 64, 'sample_3.steps': 2, 'save_9.format': format },
    };
    const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const { stdout, stderr } = await unclip(['run', 'ours.json', ...set], { cwd: folder });
    expect(stdout, stderr).toContain(`.${format}`);

    const bytes = readFileSync(join(folder, stdout.trim()));
    await dropOnComfy(page, { name: `cli-${format}.${format}`, type: `image/${format}`, bytes });

    const expected = Object.values(UNCLIP_EXAMPLE).map(({ type }) => type);
    expect(await shownGraph()).toMatchObject({ types: expected.sort() });
    // As it was run, and not as it was imported.
    const sampler = await page.evaluate(async () => {
      const { output } = (await (window as ComfyWindow).app?.graphToPrompt()) ?? { output: {} };
      return Object.values(output as Readonly<Record<string, { readonly class_type: string }>>).find(
        ({ class_type: type }) => type === 'KSampler',
      );
    });
    expect(sampler).toMatchObject({ inputs: { steps: 2 } });
  },
  1_200_000,
);

test('ComfyUI’s page opens what was exported as a page with all of its nodes, links and values', async () => {
  const folder = tempFolder();
  const pages = { example: UNCLIP_EXAMPLE, several: UNCLIP_MULTIPLE, passes: UNCLIP_2PASS };
  const named = Object.fromEntries(Object.entries(PROMPT).map(([id, node]) => [`node ${id}`, withNamedLinks(node)]));
  const unread = { ...PROMPT, '50': { class_type: 'SetLatentNoiseMask', inputs: {} } };
  const files = {
    ...{ prompt: PROMPT, named, unread },
    ...Object.fromEntries(Object.entries(pages).map(([name, one]) => [name, uiFile(one)])),
  };
  for (const [name, file] of Object.entries(files)) writeFileSync(join(folder, `${name}.json`), JSON.stringify(file));

  const all = await reopenFolder(page, folder);

  expect(all).toHaveLength(Object.keys(files).length);
  expect(all.filter(({ differences }) => differences.length > 0)).toEqual([]);
  expect(all.filter(({ unsendable }) => unsendable.length > 0)).toEqual([]);
}, 1_200_000);

test('everything that ComfyUI’s page requested existed, and none of its scripts failed', () => {
  expect(failures).toEqual([]);
  // What ComfyUI itself lacks without further packages, and what has not been saved yet.
  const usual = /^404 \/comfyui\/(templates\/|user\.css|api\/userdata(\/user\.css|\/comfy\.templates\.json|\?dir=))/;
  expect(refusals.filter((one) => !usual.test(one))).toEqual([]);
});

function jsonFile(name: string, content: object) {
  return { name, type: 'application/json', bytes: Buffer.from(JSON.stringify(content)) };
}

function withNamedLinks<Node extends { readonly inputs: object }>(node: Node): Node {
  const named = (value: unknown) => (Array.isArray(value) ? [`node ${value[0]}`, value[1]] : value);
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, value]) => [name, named(value)]));
  return { ...node, inputs };
}

async function post(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

async function run(): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
}

async function openQueue(): Promise<void> {
  await page.getByTestId('queue-overlay-toggle').click();
}

/** Whether the history is in a separate panel, at the left. */
async function useHistoryPanel(isOn: boolean): Promise<void> {
  const set = (on: boolean) => (window as ComfyWindow).app?.extensionManager?.setting.set('Comfy.Queue.QPOV2', on);
  await page.evaluate(set, isOn);
}

interface Job {
  readonly status: string;
  readonly preview_output?: Readonly<Record<string, string>>;
}

/** The newest first. */
async function jobs(): Promise<readonly Job[]> {
  return ((await (await fetch(`${server.origin}/jobs`)).json()) as { readonly jobs: readonly Job[] }).jobs;
}

async function jobStates(): Promise<readonly string[]> {
  return (await jobs()).map(({ status }) => status);
}

function shownGraph(): Promise<unknown> {
  return page.evaluate(() => {
    const { graph } = (window as ComfyWindow).app ?? {};
    const links = graph?.links.size ?? Object.keys(graph?.links ?? {}).length;
    const withErrors = graph?._nodes.filter((node) => node.has_errors === true).map(({ type }) => type);
    return { types: graph?._nodes.map(({ type }) => type).sort(), links, withErrors };
  });
}

function shownPlaces(): Promise<unknown> {
  return page.evaluate(() =>
    (window as ComfyWindow).app?.graph._nodes
      .map(({ id, pos }) => [String(id), Math.round(pos[0] ?? 0), Math.round(pos[1] ?? 0)].join(' '))
      .sort(),
  );
}

/** Of the images in SaveImage. */
function shownImageSizes(): Promise<unknown> {
  return page.evaluate(() =>
    (window as ComfyWindow).app?.graph._nodes
      .find(({ type }) => type === 'SaveImage')
      ?.imgs?.map((image) => [image.naturalWidth, image.naturalHeight]),
  );
}

/** Kept for viewing, if UNCLIP_TEST_SCREENSHOTS is set. */
async function shot(name: string): Promise<void> {
  if (!process.env['UNCLIP_TEST_SCREENSHOTS']) return;
  const folder = join(REPOSITORY, 'test/e2e/artifacts');
  mkdirSync(folder, { recursive: true });
  // Panels slide in.
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(folder, `comfy-${name}.png`) });
}
