import { text as firstWorkflow } from 'virtual:first-workflow';
import { asSaved, formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';
import { arrangeActions } from '../actions/arrange-actions.js';
import { editActions } from '../actions/edit-actions.js';
import { languageActions } from '../actions/language-actions.js';
import { viewActions } from '../actions/view-actions.js';
import type { ApiClient } from '../api/client.js';
import { catalogOfStore, type EditorCatalog, readCatalog } from '../catalog/definitions.js';
import { followCuts } from '../catalog/follow-cuts.js';
import { openWorkflow } from '../catalog/open-workflow.js';
import { startAutosave } from '../document/autosave.js';
import { ChangeScheduler } from '../document/change-scheduler.js';
import type { WorkflowDocument } from '../document/document.js';
import { DocumentStore } from '../document/document-store.js';
import { entityExists } from '../document/entity-key.js';
import { createIndexedDbDrafts } from '../document/indexeddb-drafts.js';
import { EMPTY_DOCUMENT } from '../document/read-document.js';
import { createPreviewBus } from '../live/bus.js';
import { createRunState } from '../live/run-state.js';
import { texts } from '../messages/texts.js';
import type { SessionCore } from '../session/core.js';
import { createFiles } from '../session/files/files.js';
import { openAskedFor } from '../session/files/open-asked-for.js';
import { askedForIn } from '../session/files/page-address.js';
import { followNodes } from '../session/follow-nodes.js';
import { createGallery } from '../session/gallery/gallery.js';
import { createModels } from '../session/models.js';
import { createPainter } from '../session/painter.js';
import { createPanelStore } from '../session/panel-state.js';
import { createProblemStore } from '../session/problem-store.js';
import { createRunning } from '../session/running/running.js';
import type { EditorAction, EditorExtension, EditorSession } from '../session/session.js';
import { withBindings } from '../view/key-bindings.js';
import { applyTheme, createFormStore, createUiStore, type UiState, type UiStore } from '../view/ui-state.js';
import { extensions } from './extensions.js';

const AUTOSAVE_DELAY_MS = 400;
const MESSAGE_MS = 30_000;

/** Builds an editor: requests the catalogue, and opens the draft or the first workflow. */
export async function openSession(api: ApiClient): Promise<EditorSession> {
  const ui = createUiStore();
  applyTheme(ui);
  const definitions = await api.definitions();
  let current = readCatalog(definitions.nodes, definitions.packages);
  const query = new URLSearchParams(location.search);
  // Benchmarks and tests start from the same state each time, unless drafts are their subject.
  const isTest = (query.has('test') || query.has('bench')) && !query.has('drafts');
  const drafts = isTest ? undefined : createIndexedDbDrafts();
  // An address that asks for something else must not take the draft's place.
  const draft = askedForIn(location.hash) ? undefined : await drafts?.claim().catch(() => undefined);
  const recovered = draft && readText(draft.text, current);
  const start = query.has('empty') ? EMPTY_DOCUMENT : (recovered ?? readText(firstWorkflow, current) ?? EMPTY_DOCUMENT);
  const store: DocumentStore = new DocumentStore(start, {
    now: () => performance.now(),
    follow: (before, after) => followCuts(before, after, current),
  });
  const catalog = catalogOfStore(() => current, store);
  const changes = new ChangeScheduler(store);
  const autosave =
    drafts &&
    startAutosave(store, {
      changes,
      drafts,
      delayMs: AUTOSAVE_DELAY_MS,
      workflowName: () => draft?.workflowName,
      toText: (whole) => formatWorkflow(asSaved(whole, catalog)),
      onError: () => ui.setState({ message: texts.messages.notSaved }),
    });
  const core: SessionCore = {
    api,
    catalog,
    store,
    changes,
    ui,
    autosave,
    drafts,
    runState: createRunState(),
    previews: createPreviewBus(),
    problems: createProblemStore(store, catalog, changes),
    canvas: { current: undefined },
  };
  connect(core, recovered !== undefined);
  const session = startServices(core);
  followNodes(session, {
    catalog: () => current,
    replace(catalogNow) {
      current = catalogNow;
    },
    problems: definitions.pluginProblems ?? [],
  });
  for (const { start: startExtension } of extensions) startExtension?.(session);
  return session;
}

/** In this order: files and gallery hear of other tabs by the connection that running opens. */
function startServices(core: SessionCore): EditorSession {
  const { api } = core;
  const running = api.isOnline ? createRunning(core) : undefined;
  const files = createFiles({ ...core, running });
  void openAskedFor({ ...core, running }, files);
  const actions = boundActions(core.ui);
  return {
    ...core,
    extensions,
    panels: createPanelStore(extensions.flatMap(({ panels }) => panels ?? [])),
    get actions() {
      return actions();
    },
    running,
    files,
    form: createFormStore(),
    gallery: running && createGallery({ api, running }),
    painter: api.isOnline ? createPainter() : undefined,
    models: api.isOnline ? createModels() : undefined,
  };
}

/** All actions, with the keys that they have for this user at the moment. */
function boundActions(ui: UiStore): () => EditorSession['actions'] {
  const all = allActions(extensions);
  let chosen: UiState['keyBindings'] | undefined;
  let actions = all;
  return () => {
    const { keyBindings } = ui.getState();
    if (keyBindings !== chosen) actions = withBindings(all, keyBindings);
    chosen = keyBindings;
    return actions;
  };
}

function connect({ store, ui, runState, autosave }: SessionCore, isRecovered: boolean): void {
  store.subscribe(({ document, previous, whole, previousWhole, origin }) => {
    if (origin === 'open') runState.clear();
    else if (whole.nodes !== previousWhole.nodes) runState.compare(whole.nodes);
    forgetGone(document, previous, ui);
  });
  // A hidden page may be ended at any time; writing is begun while that can still be done.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void autosave?.flush();
  });
  ageMessages(ui);
  if (isRecovered) ui.setState({ message: texts.app.recovered });
}

/** What happened is news for a while only. */
function ageMessages(ui: UiStore): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  ui.subscribe(({ message }, before) => {
    if (message === before.message) return;
    clearTimeout(timer);
    if (message !== '') timer = setTimeout(() => ui.setState({ message: '' }), MESSAGE_MS);
  });
}

/** Removed items are no longer selected. */
function forgetGone(document: WorkflowDocument, previous: WorkflowDocument, ui: UiStore): void {
  if (document.nodes === previous.nodes && document.layout === previous.layout) return;
  const { selection } = ui.getState();
  const left = [...selection].filter((key) => entityExists(document, key));
  if (left.length !== selection.size) ui.setState({ selection: new Set(left) });
}

function readText(text: string, catalog: EditorCatalog): WorkflowDocument | undefined {
  const result = parseWorkflow(text);
  return result.ok ? openWorkflow(result.value, catalog) : undefined;
}

/** What the extensions add comes first, so that it is the first to get a key. */
function allActions(extensions: readonly EditorExtension[]): readonly EditorAction[] {
  return [
    ...extensions.flatMap(({ actions }) => actions ?? []),
    ...editActions,
    ...arrangeActions,
    ...viewActions,
    ...languageActions,
  ];
}
