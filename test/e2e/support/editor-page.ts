import type { EditorHooks } from '@unclip-studio/editor/testing';
import type { BrowserContext, Page } from 'playwright-core';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** [node, side, port] */
export type Socket = readonly [node: string, side: 'input' | 'output', port: string];

declare global {
  // Of the page, for the functions which are evaluated there.
  var __commits: number;
}

/** The page in a browser, and the ways of a user. */
export interface EditorPage {
  readonly page: Page;
  /** Errors and warnings of the page since it was opened. */
  readonly complaints: readonly string[];
  /** Reloads the page as it was opened: with no storage and no complaints. */
  restart(): Promise<void>;
  /** Waits until the page shows the document, and that document, Rete and page agree. */
  settled(): Promise<void>;
  ask<T>(question: (editor: EditorHooks) => T): Promise<T>;
  socket(socket: Socket): Promise<Point>;
  /** Presses at one place, moves to the other in steps, and lets go. */
  drag(from: Point, to: Point, whileDown?: () => Promise<void>): Promise<void>;
  /** Pulls a wire from one socket to another, or to a place. */
  wire(from: Socket, to: Socket | Point, whileDown?: () => Promise<void>): Promise<void>;
}

/** Opens the page with its hooks, and counts what React draws. */
export async function openEditorPage(context: BrowserContext, address: string): Promise<EditorPage> {
  // React reports every commit to developer tools; replacing them counts commits without changing the page's code.
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
  const untilHooked = async () => {
    // The two sets of hooks are in separate files, loaded one after the other.
    await page.waitForFunction('window.__editor !== undefined');
    if (address.includes('bench')) await page.waitForFunction('window.__editorBench !== undefined');
  };
  await untilHooked();
  const editor: EditorPage = {
    page,
    complaints,
    async restart() {
      complaints.length = 0;
      await page.evaluate(() => localStorage.clear());
      await page.reload();
      await untilHooked();
      await editor.settled();
    },
    async settled() {
      await editor.ask((e) => e.settled());
      const same = await editor.ask((e) => e.same());
      const wrong = Object.entries(same).filter(([, isSame]) => !isSame);
      if (wrong.length > 0) throw new Error(`document, Rete and page disagree on ${wrong.map(([what]) => what)}`);
    },
    ask: (question) => page.evaluate(`(${question})(window.__editor)`),
    socket: (socket) => page.evaluate(`window.__editor.socketPoint(...${JSON.stringify(socket)})`),
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
      await editor.ask((e) => e.settled());
    },
  };
  await editor.settled();
  return editor;
}

function isPoint(target: Socket | Point): target is Point {
  return 'x' in target;
}
