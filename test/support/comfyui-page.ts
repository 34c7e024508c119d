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
        /** Of a class that is missing, or with an image or a model that is. */
        readonly has_errors?: boolean;
        readonly imgs?: readonly HTMLImageElement[];
      }[];
      readonly links: { readonly size?: number };
      serialize(): Entry;
    };
    readonly canvas: {
      readonly ds: { scale: number };
      readonly visible_nodes?: readonly { readonly type: string }[];
      centerOnNode(node: object): void;
    };
    readonly extensionManager?: {
      readonly setting: { set(name: string, value: unknown): Promise<void> };
      readonly workflow: { readonly activeWorkflow?: { readonly filename?: string } };
    };
    loadGraphData(page: Entry, clean: boolean, restoreView: boolean, workflow: null, options: object): Promise<void>;
    graphToPrompt(): Promise<{ readonly output: Entry }>;
  };
}

/** Opens ComfyUI's page of a server, ready to be used. */
export async function openComfyPage(
  browser: Browser,
  origin: string,
  beforeLoading: (page: Page) => void = () => {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  beforeLoading(page);
  await page.goto(`${origin}/comfyui/`, { timeout: LONGEST_START_MS });
  await comfyPageIsReady(page);
  return page;
}

// Tens of megabytes of scripts, on a machine that may have other things to do.
const LONGEST_START_MS = 600_000;
/** What a step of the page may take on such a machine. */
export const LONGEST_STEP_MS = 120_000;

/** Resolves once the page has all its parts and the classes of its server; the workflow it begins with is the last to come. */
export async function comfyPageIsReady(page: Page): Promise<void> {
  await page.waitForFunction(
    () => (window as ComfyWindow).app?.extensionManager?.workflow.activeWorkflow !== undefined,
    undefined,
    { timeout: LONGEST_START_MS },
  );
}

/**
 * Drops a file on the canvas, away from all nodes: one that is dropped on a node belongs to it. Returns once its
 * workflow is open.
 */
export async function dropOnComfy(
  page: Page,
  file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<void> {
  const facts = { name: file.name, type: file.type, base64: Buffer.from(file.bytes).toString('base64') };
  await page.evaluate(({ name, type, base64 }) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
    const canvas = document.querySelector('#graph-canvas');
    const at = { dataTransfer, bubbles: true, cancelable: true, clientX: 700, clientY: 950 };
    for (const event of ['dragenter', 'dragover', 'drop']) canvas?.dispatchEvent(new DragEvent(event, at));
  }, facts);
  // Its nodes are there before it is open; what is run until then belongs to the workflow before it.
  await page.waitForFunction(
    (name) => (window as ComfyWindow).app?.extensionManager?.workflow.activeWorkflow?.filename === name,
    file.name.replace(/\.[^.]+$/, ''),
    { timeout: LONGEST_STEP_MS },
  );
}

/** Brings a node of a class to the middle. The page loads images only of nodes that it draws. */
export async function showNode(page: Page, type: string): Promise<void> {
  await page.evaluate((wanted) => {
    const { app } = window as ComfyWindow;
    const node = app?.graph._nodes.find((one) => one.type === wanted);
    if (app === undefined || node === undefined) throw new Error(`the page shows no ${wanted}`);
    app.canvas.ds.scale = 1;
    app.canvas.centerOnNode(node);
  }, type);
  await page.waitForFunction(
    (wanted) => (window as ComfyWindow).app?.canvas.visible_nodes?.some((node) => node.type === wanted),
    type,
    { timeout: LONGEST_STEP_MS },
  );
}

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
