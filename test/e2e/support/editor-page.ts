import { rm } from 'node:fs/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../../support/chromium.js';
import { buildEditor } from './build-editor.js';
import { serveFolder } from './serve-folder.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** [node, side, port] */
export type Socket = readonly [node: string, side: 'input' | 'output', port: string];

interface Agreement {
  readonly nodes: boolean;
  readonly links: boolean;
  readonly places: boolean;
  readonly wires: boolean;
  readonly cards: boolean;
}

/** What the page offers to tests; see the editor's `testing` folder. */
interface Hooks {
  settled(): Promise<void>;
  text(): string;
  nodes(): Record<
    string,
    { type: string; inputs?: Record<string, string>; params?: Record<string, unknown>; mode?: string }
  >;
  links(): string[];
  selection(): string[];
  undoLabels(): string[];
  redoLabels(): string[];
  message(): string;
  fit(): Promise<void>;
  viewport(): { x: number; y: number; k: number };
  socketPoint(node: string, side: string, port: string): Point;
  nodePoint(node: string): Point;
  toScreen(place: Point): Point;
  same(): Agreement;
  stats(): { passes: number; operations: number; vetoed: number; draws: number };
  intrude(): Promise<boolean>;
}

declare global {
  // Of the page, for the functions which are evaluated there.
  var __editor: Hooks;
  var __commits: number;
}

/** The page in a browser, and the ways of a user. */
export interface EditorPage {
  readonly page: Page;
  /** Errors and warnings of the page since it was opened. */
  readonly complaints: readonly string[];
  /** Waits until the page shows the document, and that document, Rete and page agree. */
  settled(): Promise<void>;
  ask<T>(question: (editor: Hooks) => T): Promise<T>;
  socket(socket: Socket): Promise<Point>;
  /** Presses at one place, moves to the other in steps, and lets go. */
  drag(from: Point, to: Point, whileDown?: () => Promise<void>): Promise<void>;
  /** Pulls a wire from one socket to another, or to a place. */
  wire(from: Socket, to: Socket | Point, whileDown?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface EditorRig {
  readonly browser: Browser;
  readonly origin: string;
  /** @param query what comes after the address, such as `empty` */
  open(query?: string, options?: BrowserContextOptions): Promise<EditorPage>;
  close(): Promise<void>;
}

/** Builds the page, serves it as mere files, and starts a browser. */
export async function editorRig(): Promise<EditorRig> {
  const folder = await buildEditor();
  const server = await serveFolder(folder);
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: [...CHROMIUM_FLAGS] });
  return {
    browser,
    origin: server.origin,
    open: (query = '', options = {}) => openPage(browser, `${server.origin}/?test&${query}`, options),
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openPage(browser: Browser, address: string, options: BrowserContextOptions): Promise<EditorPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', ...options });
  // React tells developer tools of every commit; standing in for them counts commits without a word in the page's code.
  await context.addInitScript(`
    window.__commits = 0;
    window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
      supportsFiber: true, renderers: new Map(), inject: () => 1, checkDCE() {},
      onCommitFiberRoot() { window.__commits++; }, onCommitFiberUnmount() {},
    };
  `);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    // Without a server the first question of the page is answered by 404, which the browser reports.
    const isExpected = message.text().includes('404');
    if (['error', 'warning'].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  await page.goto(address);
  // The two sets of hooks come in files of their own, one after the other.
  await page.waitForFunction('window.__editor !== undefined');
  if (address.includes('bench')) await page.waitForFunction('window.__editorBench !== undefined');
  const editor: EditorPage = {
    page,
    complaints,
    async settled() {
      await page.evaluate(() => globalThis.__editor.settled());
      const same = await page.evaluate(() => globalThis.__editor.same());
      const wrong = Object.entries(same).filter(([, isSame]) => !isSame);
      if (wrong.length > 0) throw new Error(`document, Rete and page disagree on ${wrong.map(([what]) => what)}`);
    },
    ask: (question) => page.evaluate(`(${question})(window.__editor)`),
    socket: (socket) =>
      page.evaluate(([node, side, port]) => globalThis.__editor.socketPoint(node, side, port), socket),
    async drag(from, to, whileDown) {
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
      await page.mouse.move(to.x, to.y, { steps: 4 });
      await whileDown?.();
      await page.mouse.up();
    },
    async wire(from, to, whileDown) {
      const end = isPoint(to) ? to : await editor.socket(to);
      await editor.drag(await editor.socket(from), end, whileDown);
      await page.evaluate(() => globalThis.__editor.settled());
    },
    close: () => context.close(),
  };
  await editor.settled();
  return editor;
}

function isPoint(target: Socket | Point): target is Point {
  return 'x' in target;
}
