import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, inject, onTestFinished } from 'vitest';
import { smallModels } from '../../support/small-models.js';
import { type EditorPage, openEditorPage } from './editor-page.js';
import { type EditorServer, type EditorServerOptions, lastingPort, startEditorServer } from './editor-server.js';
import { type FolderServer, serveFolder } from './serve-folder.js';

const EDITOR = fileURLToPath(new URL('../../../packages/editor/dist', import.meta.url));
const ARTIFACTS = fileURLToPath(new URL('../artifacts', import.meta.url));

const SMALL = { width: 1280, height: 720 } as const;
const LARGE_AND_DARK = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' } as const;

/** What an action of a page waits for an element, and a test for a state, on a machine that is busy. */
const PATIENCE_MS = 20_000;

export interface Run {
  readonly id: string;
  readonly state: string;
}

/** The server that the tests of a file share, as one of them sees it. */
export interface SharedServer extends EditorServer {
  /** Those since the test asked for the server, newest first. */
  runs(): Promise<readonly Run[]>;
}

export interface OwnServerOptions extends Omit<EditorServerOptions, 'dataFolder' | 'port'> {
  /** Puts something into the data folder first. */
  prepare?(dataFolder: string): Promise<void>;
  /** Keeps its address when it is killed and started again. */
  readonly isRestarted?: boolean;
}

export interface EditorRig {
  /** Started by the first test that asks; what is still running or waiting when a test ends is cancelled. */
  sharedServer(): Promise<SharedServer>;
  /** One that no other test touches, for as long as the test takes. */
  startServer(options?: OwnServerOptions): Promise<EditorServer>;
  /** Its cookies and its storage are shared with no other test. */
  openContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /**
   * A page at 1280 x 720 that shows the editor, signed in. Without a context, the first of a test is the one of the test
   * before, in this file or another, which knows the code of the page already (half the processor time), with nothing of what
   * that test left there.
   */
  openEditor(
    server: EditorServer,
    options?: { readonly context?: BrowserContext; readonly query?: string },
  ): Promise<Page>;
  /**
   * The page as static files, without a server.
   *
   * @param query what follows the address, such as `empty`
   */
  openPage(query?: string, options?: BrowserContextOptions): Promise<EditorPage>;
  /** The same page for all tests of the file, reloaded for each: half the time of one without cached code. */
  sharedPage(): Promise<EditorPage>;
}

// Of this process, in which files follow each other: the connection to the browser, the page of the last test, and the port
// of the shared servers. At the same address the page's code is known to the browser, also from the file before.
let connected: Promise<Browser> | undefined;
let usedPage: Page | undefined;
let sharedPort: Promise<number> | undefined;

/**
 * For one file of tests: connects to the browser that all files share.
 *
 * @param models of the shared server: a small one with random weights under the bundled model's name unless the tests are
 *   about what the bundled one generates
 */
export function editorRig({ models = 'small' }: { readonly models?: 'small' | 'bundled' } = {}): EditorRig {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'unclip-e2e-'));
  let shared: Promise<EditorServer> | undefined;
  let files: Promise<FolderServer> | undefined;
  let sharedPage: Promise<EditorPage> | undefined;

  afterAll(async () => {
    await (await sharedPage)?.page.context().close();
    await (await shared)?.kill();
    await (await files)?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function createContext(options: BrowserContextOptions): Promise<BrowserContext> {
    connected ??= chromium.connect(inject('browser'));
    const context = await (await connected).newContext({ viewport: SMALL, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  }

  async function openContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await createContext(options);
    keepScreenshotOfFailure(context);
    onTestFinished(() => context.close());
    return context;
  }

  /** Not for two pages of one test, which are to have nothing in common. */
  async function usePageAgain(): Promise<Page> {
    const page = usedPage ?? (await (await createContext({})).newPage());
    usedPage = undefined;
    keepScreenshotOfFailure(page.context());
    onTestFinished(async ({ task }) => {
      const isUsable = task.result?.state !== 'fail' && !page.isClosed() && usedPage === undefined;
      if (isUsable && (await isEmptied(page))) usedPage = page;
      else await page.context().close();
    });
    return page;
  }

  async function openFiles(context: BrowserContext, query = ''): Promise<EditorPage> {
    files ??= serveFolder(EDITOR);
    const { origin } = await files;
    return openEditorPage(context, `${origin}/?test&${query}`);
  }

  return {
    async sharedServer() {
      const args = models === 'small' ? ['--models', smallModels()] : [];
      sharedPort ??= lastingPort();
      shared ??= sharedPort.then((port) =>
        startEditorServer({ dataFolder: mkdtempSync(join(folder, 'data-')), args, port }),
      );
      const server = await shared;
      const allRuns = async () => (await server.ask<{ runs: readonly Run[] }>('GET', '/api/runs?limit=200')).runs;
      const earlier = new Set((await allRuns()).map(({ id }) => id));
      onTestFinished(async () => void (await server.ask('POST', '/api/queue/cancel')));
      return { ...server, runs: async () => (await allRuns()).filter(({ id }) => !earlier.has(id)) };
    },
    async startServer({ prepare, isRestarted = false, ...options } = {}) {
      const dataFolder = mkdtempSync(join(folder, 'data-'));
      await prepare?.(dataFolder);
      const port = isRestarted ? await lastingPort() : undefined;
      const server = await startEditorServer({ ...options, dataFolder, port });
      onTestFinished(server.kill);
      return server;
    },
    openContext,
    async openEditor(server, { context, query = '' } = {}) {
      const page = context === undefined ? await usePageAgain() : await context.newPage();
      await page.goto(`${server.origin}/${query}#t=${server.token}`);
      await page.getByTestId('canvas').waitFor();
      // The hooks are in a separate file, which may arrive after the page has been rendered.
      if (new URLSearchParams(query).has('test')) await page.waitForFunction(() => window.__editor !== undefined);
      return page;
    },
    async openPage(query = '', options = {}) {
      return openFiles(await openContext({ ...LARGE_AND_DARK, ...options }), query);
    },
    async sharedPage() {
      const isFirst = sharedPage === undefined;
      sharedPage ??= createContext(LARGE_AND_DARK).then((context) => openFiles(context));
      const editor = await sharedPage;
      keepScreenshotOfFailure(editor.page.context());
      if (!isFirst) await editor.restart();
      return editor;
    },
  };
}

/** @returns whether the page is now as if it had never shown anything, but for the code that the browser knows */
async function isEmptied(page: Page): Promise<boolean> {
  const context = page.context();
  if (context.pages().length > 1 || !page.url().startsWith('http')) return false;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  page.removeAllListeners();
  const { origin } = new URL(page.url());
  await page.evaluate(() => sessionStorage.clear());
  // The editor writes drafts until its page is left; for an address of the same origin the browser keeps the process.
  await page.goto(`${origin}/api/health`);
  await page.mouse.move(0, 0);
  const devTools = await context.newCDPSession(page);
  await devTools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await devTools.detach();
  await context.clearCookies();
  await page.setViewportSize(SMALL);
  await page.emulateMedia({ colorScheme: 'light' });
  return true;
}

/** What the page showed says more than a locator that was not found. */
function keepScreenshotOfFailure(context: BrowserContext): void {
  onTestFinished(async ({ task }) => {
    const name = `failed ${task.name.replace(/[^\w ]/g, '').slice(0, 60)}`;
    if (task.result?.state === 'fail') for (const page of context.pages()) await screenshot(page, name);
  });
}

/** All pages of the browser have one clipboard: waits for it, and has it until the test ends. */
export async function takeClipboard(): Promise<void> {
  const lock = join(tmpdir(), `unclip-clipboard-${createHash('sha256').update(inject('browser')).digest('hex')}`);
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await wait(50);
    }
  }
  onTestFinished(() => rmdirSync(lock));
}

/** Keeps a screenshot for viewing, if UNCLIP_TEST_SCREENSHOTS is set: they take a third of a second each. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (process.env['UNCLIP_TEST_SCREENSHOTS']) await screenshot(page, name);
}

async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
}
