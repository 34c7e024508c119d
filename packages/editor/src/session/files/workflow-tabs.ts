import { parseWorkflow } from '@unclip-studio/graph-core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { openWorkflow } from '../../catalog/open-workflow.js';
import type { ParkedDocument } from '../../document/document-store.js';
import type { EntityKey } from '../../document/entity-key.js';
import type { SessionCore } from '../core.js';
import type { ParkedRuns } from '../running/run-follower.js';
import type { Running } from '../running/running.js';
import { type FileTracker, type ParkedFile, recallFile } from './file-state.js';
import { askedForIn } from './page-address.js';

/** A workflow that is open but not shown. */
interface ParkedWorkflow {
  readonly document: ParkedDocument;
  readonly file: ParkedFile;
  /** `undefined`: the browser keeps none of it yet. */
  readonly draft: string | undefined;
  /** The browser has it as it stands. */
  readonly isKept: boolean;
  readonly runs: ParkedRuns;
  readonly viewport?: { readonly x: number; readonly y: number; readonly k: number } | undefined;
  readonly selection: ReadonlySet<EntityKey>;
  /** What the page's address says of it, such as a link that it was opened by. */
  readonly hash: string;
}

interface Tab {
  readonly id: number;
  /** `undefined` of the one that is shown. */
  readonly parked: ParkedWorkflow | undefined;
}

interface TabsParts {
  readonly tracker: FileTracker;
  readonly guard: (proceed: () => void, why: 'closes') => void;
  readonly openNew: () => void;
}

const KEY = 'unclip-tabs';

/**
 * The workflows that are open in this page. One of them is in the session's store; the others are put aside with their
 * history, draft, runs and place on the canvas.
 */
export class WorkflowTabs {
  /** In the order of the tabs. */
  readonly state: StoreApi<{ readonly tabs: readonly Tab[] }> = createStore(() => ({
    tabs: [{ id: 0, parked: undefined }],
  }));
  readonly #session: SessionCore & { readonly running: Running | undefined };
  readonly #parts: TabsParts;
  #lastId = 0;
  #isSwitching = false;
  /** What was open before is not all known yet. */
  #isRestoring = false;

  constructor(session: SessionCore & { readonly running: Running | undefined }, parts: TabsParts) {
    this.#session = session;
    this.#parts = parts;
    addEventListener('pagehide', () => this.#remember());
    addEventListener('beforeunload', (event) => {
      const isLost = ({ parked }: Tab) => parked?.file.isDirty === true && !parked.isKept;
      if (this.state.getState().tabs.some(isLost)) event.preventDefault();
    });
    if (!askedForIn(location.hash)) void this.#restore();
  }

  /** Opens an empty workflow beside the others. */
  async open(): Promise<void> {
    const id = ++this.#lastId;
    await this.#switch(id, () => {
      this.#session.drafts?.use(undefined);
      this.#parts.openNew();
    });
  }

  /** Shows a workflow that is open. */
  async show(id: number): Promise<void> {
    const parked = this.#tab(id)?.parked;
    if (parked !== undefined) await this.#switch(id, () => this.#takeUp(parked));
  }

  /** Shows the one after, or before, the one that is shown. */
  async step(by: 1 | -1): Promise<void> {
    const { tabs } = this.state.getState();
    const at = tabs.findIndex(({ parked }) => parked === undefined);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next !== undefined) await this.show(next.id);
  }

  /** Closes a workflow, after asking what to do with changes that the library does not have. */
  async close(id: number): Promise<void> {
    if (this.#tab(id)?.parked?.file.isDirty === false) {
      this.#drop(id);
      return;
    }
    await this.show(id);
    this.#parts.guard(() => void this.#closeShown(id), 'closes');
  }

  async #closeShown(id: number): Promise<void> {
    const { drafts } = this.#session;
    const { tabs } = this.state.getState();
    const at = tabs.findIndex((tab) => tab.id === id);
    const next = tabs[at + 1] ?? tabs[at - 1];
    await drafts?.discard().catch(() => undefined);
    if (next?.parked === undefined) {
      this.#session.drafts?.use(undefined);
      this.#parts.openNew();
      return;
    }
    this.#takeUp(next.parked);
    this.state.setState({
      tabs: tabs
        .filter((tab) => tab !== tabs[at])
        .map((tab) => (tab === next ? { id: next.id, parked: undefined } : tab)),
    });
    this.#remember();
  }

  #drop(id: number): void {
    this.state.setState(({ tabs }) => ({ tabs: tabs.filter((tab) => tab.id !== id) }));
    this.#remember();
  }

  #tab(id: number): Tab | undefined {
    return this.state.getState().tabs.find((tab) => tab.id === id);
  }

  /** Puts aside what is shown, and shows something else as the tab of this id. */
  async #switch(id: number, show: () => void): Promise<void> {
    if (this.#isSwitching) return;
    this.#isSwitching = true;
    try {
      const { autosave } = this.#session;
      // What is typed while the draft is written is in the next one.
      for (let i = 0; i < 3 && autosave?.isKept() === false; i++) await autosave.flush();
      const parked = this.#park();
      show();
      this.state.setState(({ tabs }) => {
        const aside = tabs.map((tab) => (tab.parked === undefined ? { ...tab, parked } : tab));
        const shown = { id, parked: undefined };
        return {
          tabs: aside.some((tab) => tab.id === id)
            ? aside.map((tab) => (tab.id === id ? shown : tab))
            : [...aside, shown],
        };
      });
      this.#remember();
    } finally {
      this.#isSwitching = false;
    }
  }

  #park(): ParkedWorkflow {
    const { store, autosave, drafts, running, canvas, ui } = this.#session;
    return {
      document: store.park(),
      file: this.#parts.tracker.park(),
      draft: store.isReadOnly ? undefined : drafts?.current,
      isKept: autosave?.isKept() ?? false,
      runs: running?.runner.follower.park() ?? { shown: undefined, own: [] },
      viewport: canvas.current?.viewport,
      selection: ui.getState().selection,
      hash: location.hash,
    };
  }

  #takeUp({ document, file, draft, runs, viewport, selection, hash }: ParkedWorkflow): void {
    const { store, drafts, running, canvas, ui } = this.#session;
    drafts?.use(draft);
    this.#parts.tracker.resume(file);
    store.resume(document);
    ui.setState({ selection, search: undefined, menu: undefined, renaming: undefined });
    history.replaceState(null, '', location.pathname + location.search + hash);
    if (viewport === undefined) canvas.current?.fit();
    else canvas.current?.setViewport(viewport);
    void running?.runner.follower.takeUp(runs);
  }

  /** Which drafts this page has open, for a reload. */
  #remember(): void {
    if (this.#isRestoring) return;
    const { tabs } = this.state.getState();
    const open = tabs.map(({ parked }) =>
      parked === undefined ? { isShown: true } : { draft: parked.draft, run: parked.runs.shown },
    );
    try {
      if (tabs.length > 1) sessionStorage.setItem(KEY, JSON.stringify(open));
      else sessionStorage.removeItem(KEY);
    } catch {
      // A page that may not store anything has one workflow after a reload.
    }
  }

  /** Takes up what was open beside the draft before the page was loaded again. */
  async #restore(): Promise<void> {
    const before = remembered();
    if (before.length < 2) return;
    this.#isRestoring = true;
    const [left, right]: [Tab[], Tab[]] = [[], []];
    let side = left;
    for (const { isShown, draft, run } of before) {
      if (isShown) side = right;
      const parked = draft === undefined ? undefined : await this.#parkedFrom(draft, run).catch(() => undefined);
      if (parked !== undefined) side.push({ id: ++this.#lastId, parked });
    }
    // The user may have opened others meanwhile.
    this.state.setState(({ tabs }) => ({ tabs: [...left, ...tabs, ...right] }));
    this.#isRestoring = false;
    this.#remember();
  }

  async #parkedFrom(draft: string, run: string | undefined): Promise<ParkedWorkflow | undefined> {
    const { drafts, catalog } = this.#session;
    // The draft that is shown may be one of them, if its own was gone.
    if (drafts === undefined || drafts.current === draft) return undefined;
    const found = await drafts.take(draft);
    const read = found && parseWorkflow(found.text);
    if (read?.ok !== true) return undefined;
    const whole = openWorkflow(read.value, catalog);
    const file = recallFile(draft);
    return {
      document: { whole, past: [], future: [], scope: [], isReadOnly: false },
      file: {
        name: file?.name,
        revision: file?.revision ?? 0,
        isDirty: file?.isDirty ?? true,
        readOnlyReason: undefined,
        saved: file?.isDirty === false ? { document: whole } : undefined,
      },
      draft,
      isKept: true,
      runs: { shown: run, own: [] },
      selection: new Set(),
      hash: '',
    };
  }
}

interface RememberedTab {
  readonly isShown?: true;
  readonly draft?: string;
  readonly run?: string;
}

function remembered(): readonly RememberedTab[] {
  try {
    const tabs: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(tabs) ? (tabs as readonly RememberedTab[]) : [];
  } catch {
    return [];
  }
}
