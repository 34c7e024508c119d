import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { openBrowser } from './browser.js';
import { supportProcess } from './support-process.js';

const EDITOR = fileURLToPath(new URL('../../packages/editor', import.meta.url));
const PROCESS = supportProcess('editor-server-process');
const ARTIFACTS = fileURLToPath(new URL('../e2e/artifacts', import.meta.url));

/** A server process with the editor, and what a test does to it. */
export interface EditorServer {
  /** Holds the token; opening it signs the browser in. */
  readonly url: string;
  readonly origin: string;
  readonly token: string;
  /** Asks the API as a program would. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Ends the process, and starts another on the same data and port. */
  restart(): Promise<void>;
  /** Ends the process at once, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** The process that evaluates. */
  workerPid(): Promise<number>;
}

export interface EditorRig {
  /**
   * @param prepare puts something into the data folder first
   * @param queue hands runs to workers elsewhere
   */
  startServer(prepare?: (dataFolder: string) => Promise<void>, queue?: EditorQueue): Promise<EditorServer>;
  /** A browser of its own: its cookies and its storage are shared with no other test. */
  openContext(): Promise<BrowserContext>;
  /** A page at 1280 x 720 that shows the editor, signed in. */
  openEditor(
    server: EditorServer,
    options?: { readonly context?: BrowserContext; readonly query?: string },
  ): Promise<Page>;
}

/** As the options of the command line of the same names. */
export interface EditorQueue {
  readonly url: string;
  readonly key: string;
}

/** Builds the editor and opens a browser, once for a file of tests. */
export function editorRig(): EditorRig {
  let browser: Browser | undefined;
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'unclip-e2e-'));
  const editorFolder = join(folder, 'editor');

  beforeAll(async () => {
    const vite = join(EDITOR, 'node_modules/vite/bin/vite.js');
    const build = [vite, 'build', '--outDir', editorFolder, '--emptyOutDir', '--logLevel', 'error'];
    // Vitest's own NODE_ENV would build the slow React of development.
    const env = { ...process.env, NODE_ENV: 'production' };
    [browser] = await Promise.all([openBrowser(), promisify(execFile)(process.execPath, build, { cwd: EDITOR, env })]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function openContext(): Promise<BrowserContext> {
    if (browser === undefined) throw new Error('The browser is opened before the first test.');
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    context.setDefaultTimeout(20_000);
    onTestFinished(async ({ task }) => {
      // What the page showed says more than a locator that was not found.
      const name = `failed ${task.name.replace(/[^\w ]/g, '').slice(0, 60)}`;
      if (task.result?.state === 'fail') for (const page of context.pages()) await keepScreenshot(page, name);
      await context.close();
    });
    return context;
  }

  return {
    async startServer(prepare, queue) {
      const dataFolder = mkdtempSync(join(folder, 'data-'));
      await prepare?.(dataFolder);
      return startEditorServer(dataFolder, editorFolder, queue);
    },
    openContext,
    async openEditor(server, { context, query = '' } = {}) {
      const page = await (context ?? (await openContext())).newPage();
      await page.goto(`${server.origin}/${query}#t=${server.token}`);
      await page.getByTestId('canvas').waitFor();
      // The hooks come in a file of their own, which may arrive after the page has been drawn.
      if (new URLSearchParams(query).has('test')) await page.waitForFunction(() => window.__editor !== undefined);
      return page;
    },
  };
}

/** Keeps a screenshot to be looked at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
}

async function startEditorServer(dataFolder: string, editorFolder: string, queue?: EditorQueue): Promise<EditorServer> {
  let child: ChildProcess | undefined;
  let url = '';

  async function start(): Promise<void> {
    const port = url === '' ? '0' : new URL(url).port;
    const started = spawn(process.execPath, [PROCESS, dataFolder, editorFolder, port, ...(queue ? [queue.url] : [])], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, UNCLIP_QUEUE_KEY: queue?.key ?? '' },
    });
    child = started;
    url = await firstLine(started);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ended = child;
    child = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    const isOver = new Promise((resolve) => ended.once('exit', resolve));
    ended.kill(signal);
    await isOver;
  }

  await start();
  onTestFinished(() => end('SIGKILL'));
  const { origin, hash } = new URL(url);
  const token = hash.slice('#t='.length);
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  return {
    url,
    origin,
    token,
    ask,
    start,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
    async workerPid() {
      const { worker } = await ask<{ readonly worker: { readonly pid?: number } }>('GET', '/api/queue');
      if (worker.pid === undefined) throw new Error('The server has no worker now.');
      return worker.pid;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('exit', (code) => reject(new Error(`The server ended with code ${code} before it was ready.`)));
  });
}
