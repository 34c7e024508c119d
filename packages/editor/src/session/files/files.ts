import { fileNameOf, findNewerPlugins, mapFileNames, type Workflow } from '@unclip-studio/graph-core';
import { errorWords } from '../../api/error-words.js';
import type { Library, SavedWorkflow } from '../../api/library.js';
import { openWorkflow } from '../../catalog/open-workflow.js';
import { setWorkflowTitle } from '../../document/commands/nodes.js';
import type { WorkflowDocument } from '../../document/document.js';
import { EMPTY_DOCUMENT } from '../../document/read-document.js';
import { describeProblem } from '../../messages/describe.js';
import { texts } from '../../messages/texts.js';
import type { SessionCore } from '../core.js';
import type { Running } from '../running/running.js';
import { type FileDialog, type FileStore, forgetDraft, trackFile } from './file-state.js';
import { askedForIn } from './page-address.js';
import { WorkflowTabs } from './workflow-tabs.js';

/** Opening and saving, for one open editor. */
export interface Files {
  readonly state: FileStore;
  readonly client: Library;
  /** Saves under the document's name, or asks for one. @param proceed called once it is saved */
  save(proceed?: () => void): Promise<void>;
  /** @param baseRevision 0: the name must be free */
  saveUnder(name: string, baseRevision: number, proceed?: () => void): Promise<void>;
  openSaved(saved: SavedWorkflow): void;
  /** Opens something that belongs to no name. */
  openNew(workflow: Workflow | undefined): void;
  /** Shows something without letting it be changed, and without taking the place of this tab's work. */
  look(workflow: Workflow, reason: string): void;
  /** Makes a viewed document one's own. */
  copyToEdit(): void;
  /** Does it at once, or after asking what to do with the changes that it would replace, or lose as the workflow closes. */
  guard(proceed: () => void, why?: 'closes'): void;
  /** Requests share links of the saved workflow, after saving changes. @param shows the kind of a new link */
  share(shows: 'view' | 'form'): void;
  ask(dialog: FileDialog | undefined): void;
  say(message: string): void;
  readonly tabs: WorkflowTabs;
}

interface FilesParts extends SessionCore {
  readonly running: Running | undefined;
}

export function createFiles(session: FilesParts): Files {
  // The tab's earlier draft stays for another tab; the requested one gets its own.
  if (askedForIn(location.hash)) forgetDraft();
  const files = filesFor(session);
  guardPage(session, files);
  watchOthers(session, files);
  return files;
}

function filesFor(session: FilesParts): Files {
  const { store, ui, changes, catalog } = session;
  const toDocument = (workflow: Workflow) => openWorkflow(workflow, catalog);
  const client = session.api.library;
  const tracker = trackFile(store, changes);
  const { state, markSaved, markNew } = tracker;
  const say = (message: string) => ui.setState({ message });
  const ask = (dialog: FileDialog | undefined) => state.setState({ dialog });

  function show(document: WorkflowDocument, isReadOnly: boolean): void {
    store.open(document, { isReadOnly });
    ui.setState({ selection: new Set() });
    session.canvas.current?.fit();
  }

  async function save(proceed?: () => void): Promise<void> {
    const { name, revision, readOnlyReason } = state.getState();
    if (name !== undefined && readOnlyReason === undefined) return saveUnder(name, revision, proceed);
    ask({ kind: 'save-as', name: store.whole.title ?? '', ...(proceed && { proceed }) });
  }

  async function saveUnder(name: string, baseRevision: number, proceed?: () => void): Promise<void> {
    if (store.isReadOnly) copyToEdit();
    // A copy under a new name is titled with it, or the two could not be distinguished in lists.
    if (name !== state.getState().name) setWorkflowTitle(store, name);
    const named = namePaths();
    const { whole: document } = store;
    try {
      const result = await client.save(name, document, baseRevision);
      if (result.kind === 'saved') {
        markSaved(name, result.version.revision, document);
        // The dialog of share links saves what it was asked to publish.
        if (state.getState().dialog?.kind !== 'share-links') ask(undefined);
        say(named.length === 0 ? texts.files.saved(name) : texts.files.savedByName(name, named.join(', ')));
        proceed?.();
      } else if (baseRevision === 0 && result.current !== undefined) {
        const problem = texts.conflict.exists(name);
        ask({ kind: 'save-as', name, problem, taken: result.currentRevision, ...(proceed && { proceed }) });
      } else {
        const { currentRevision, current } = result;
        ask({ kind: 'conflict', name, revision: currentRevision, ...(current && { current }) });
      }
    } catch (error) {
      say(texts.files.saveFailed(errorWords(error)));
    }
  }

  /** What is saved names files and no paths, and the page has to show what was saved. @returns the names of the files */
  function namePaths(): readonly string[] {
    const names = new Set<string>();
    const named = mapFileNames(store.whole, catalog, (path) => {
      const name = fileNameOf(path);
      if (name !== path) names.add(name);
      return name;
    });
    if (named !== store.whole) store.editWhole(texts.edits.namePaths, (draft) => void Object.assign(draft, named));
    return [...names];
  }

  /** What may be wrong with it is said instead. */
  function sayOpened(name: string | undefined, workflow: Workflow): void {
    const [newer] = findNewerPlugins(workflow, catalog);
    if (newer !== undefined) say(describeProblem(newer));
    else if (name !== undefined) say(texts.files.opened(name));
  }

  function openSaved({ name, revision, workflow }: SavedWorkflow): void {
    const document = toDocument(workflow);
    show(document, false);
    markSaved(name, revision, document);
    sayOpened(name, workflow);
  }

  function openNew(workflow: Workflow | undefined): void {
    const document = workflow === undefined ? EMPTY_DOCUMENT : toDocument(workflow);
    show(document, false);
    markNew(document);
    if (workflow !== undefined) sayOpened(workflow.title, workflow);
  }

  function look(workflow: Workflow, reason: string): void {
    const document = toDocument(workflow);
    show(document, true);
    markNew(document, reason);
  }

  function copyToEdit(): void {
    const { whole: document } = store;
    const shownRun = session.runState.runId;
    store.open(document);
    markNew(document);
    state.setState({ isDirty: true });
    // It is the same workflow, so its results stay visible.
    if (shownRun !== undefined) void session.running?.runner.follower.resume(shownRun);
    history.replaceState(null, '', location.pathname + location.search);
  }

  function guard(proceed: () => void, why?: 'closes'): void {
    const { isDirty } = state.getState();
    if (isDirty && Object.keys(store.whole.nodes).length > 0) ask({ kind: 'unsaved', proceed, ...(why && { why }) });
    else proceed();
  }

  const tabs = new WorkflowTabs(session, { tracker, guard, openNew: () => openNew(undefined) });

  function share(shows: 'view' | 'form'): void {
    const open = () => {
      const { name } = state.getState();
      if (name !== undefined) ask({ kind: 'share-links', name, shows });
    };
    const { name, isDirty } = state.getState();
    if (name === undefined || isDirty) void save(open);
    else open();
  }

  return { state, client, save, saveUnder, openSaved, openNew, look, copyToEdit, guard, share, ask, say, tabs };
}

/** Asks before the page is closed with changes that neither the library nor the browser's draft has. */
function guardPage({ autosave }: FilesParts, { state }: Files): void {
  addEventListener('beforeunload', (event) => {
    if (!state.getState().isDirty || autosave?.isKept()) return;
    void autosave?.flush();
    event.preventDefault();
  });
}

// The event of a save of our own may come before its answer.
const SETTLE_MS = 500;

/** Reports early that someone else has saved the open workflow; how to resolve it is asked at the next save. */
function watchOthers(session: FilesParts, { state, client, say }: Files): void {
  session.running?.onEvent((event) => {
    if (event.type !== 'workflows-changed' || event.name !== state.getState().name) return;
    setTimeout(() => void look(event.name), SETTLE_MS);
  });

  async function look(name: string): Promise<void> {
    const saved = (await client.list().catch(() => [])).find((version) => version.name === name);
    const { name: current, revision } = state.getState();
    if (current === name && saved !== undefined && saved.revision > revision) say(texts.conflict.early(name));
  }
}
