import type { Browser, Page } from 'playwright-core';

type Entry = Readonly<Record<string, unknown>>;

/** What ComfyUI's page offers to scripts, as far as tests ask for it. */
export interface ComfyWindow {
  readonly app?: {
    readonly graph: {
      readonly _nodes: readonly {
        readonly id: unknown;
        readonly type: string;
        readonly pos: ArrayLike<number>;
        readonly imgs?: readonly HTMLImageElement[];
      }[];
      readonly links: { readonly size?: number };
      serialize(): Entry;
    };
    readonly canvas: { readonly visible_nodes?: readonly { readonly type: string }[] };
    readonly extensionManager: {
      readonly workflow: { readonly activeWorkflow?: { readonly filename?: string } };
    };
    loadGraphData(page: Entry, clean: boolean, restoreView: boolean, workflow: null, options: object): Promise<void>;
    graphToPrompt(): Promise<{ readonly output: Entry }>;
  };
}

/** Opens ComfyUI's page of a server, ready to be used. */
export async function openComfyPage(browser: Browser, origin: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(`${origin}/comfyui/`, { timeout: LONGEST_START_MS });
  await page.waitForFunction(() => (window as ComfyWindow).app?.graph !== undefined, undefined, {
    timeout: LONGEST_START_MS,
  });
  return page;
}

// Tens of megabytes of scripts, on a machine that may have other things to do.
const LONGEST_START_MS = 600_000;

/** Names of a class's inputs, with what the page shows in each before anything is set. */
export type ComfyClassInfo = ReadonlyMap<string, unknown>;

/** The classes that the page's server told it of. */
export async function classesOfComfy(page: Page): Promise<ReadonlyMap<string, ComfyClassInfo>> {
  const classes = await page.evaluate(async () => (await fetch('api/object_info')).json());
  return new Map(
    Object.entries(classes as Readonly<Record<string, { readonly input: Readonly<Record<string, Entry>> }>>).map(
      ([type, { input }]) => {
        const inputs = Object.entries({ ...input['required'], ...input['optional'] });
        return [type, new Map(inputs.map(([name, said]) => [name, defaultOf(said)]))];
      },
    ),
  );
}

function defaultOf(said: unknown): unknown {
  const [kind, more] = said as readonly [unknown, Entry | undefined];
  return more?.['default'] ?? (Array.isArray(kind) ? kind[0] : undefined);
}

/** A page as ComfyUI's own loader takes it. */
export interface ReopenedPage {
  /** As the page would save it again. */
  readonly page: Entry;
  /** As the page would send it to its server. */
  readonly prompt: Entry;
}

/** Gives a saved page to the loader of ComfyUI's page. @param text JSON */
export async function reopenInComfy(page: Page, text: string): Promise<ReopenedPage> {
  return page.evaluate(async (json) => {
    const { app } = window as ComfyWindow;
    if (app === undefined) throw new Error('the page of ComfyUI is not ready');
    const quiet = { showMissingNodesDialog: false, showMissingModelsDialog: false, silentAssetErrors: true };
    await app.loadGraphData(JSON.parse(json), true, false, null, quiet);
    const { output } = await app.graphToPrompt();
    return JSON.parse(JSON.stringify({ page: app.graph.serialize(), prompt: output }));
  }, text);
}
