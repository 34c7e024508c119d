import { formatWorkflow } from '@unclip-studio/graph-core';
import type { ImportReport } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SavedWorkflow } from '../../api/library.js';
import type { ChangeScheduler } from '../../document/change-scheduler.js';
import type { WorkflowDocument } from '../../document/document.js';
import type { ChangeOrigin, DocumentStore } from '../../document/document-store.js';

/** What the open document is to the library. */
interface FileState {
  /** The name under which it is saved, if it is. */
  readonly name: string | undefined;
  /** The revision that the changes are based on. */
  readonly revision: number;
  /** There are changes that the library does not have. */
  readonly isDirty: boolean;
  /** Why it cannot be changed, for the user; `undefined` if it can. */
  readonly readOnlyReason: string | undefined;
  /** A question that waits for the user. */
  readonly dialog: FileDialog | undefined;
}

export type FileDialog =
  /** `proceed`: the action to continue once it is saved. */
  | {
      readonly kind: 'save-as';
      readonly name: string;
      readonly problem?: string;
      /** The newest revision of the workflow that has the name already, which may be replaced. */
      readonly taken?: number;
      readonly proceed?: () => void;
    }
  | { readonly kind: 'versions'; readonly name: string }
  /** Something else is about to be opened, or the workflow `closes`. */
  | { readonly kind: 'unsaved'; readonly proceed: () => void; readonly why?: 'closes' }
  /** Somebody else has saved meanwhile; `current` is left out if it was deleted. */
  | { readonly kind: 'conflict'; readonly name: string; readonly revision: number; readonly current?: SavedWorkflow }
  | { readonly kind: 'link'; readonly url: string }
  /** The address of a file that is to be opened. */
  | { readonly kind: 'open-url' }
  /** The share links of a saved workflow; `shows`: what a new one is to show at first. */
  | { readonly kind: 'share-links'; readonly name: string; readonly shows: 'view' | 'form' }
  /** What became of a workflow of ComfyUI. */
  | { readonly kind: 'imported'; readonly name: string; readonly report: ImportReport };

export type FileStore = StoreApi<FileState>;

// Where the tab keeps the id of its draft.
const DRAFT_KEY = 'unclip-draft';
// Comparing serializes the whole document, so it waits until the user stops typing.
const COMPARE_DELAY_MS = 300;

export interface FileTracker {
  readonly state: FileStore;
  /** The document is now what the library has. */
  markSaved(name: string, revision: number, document: WorkflowDocument): void;
  /** The document is new and belongs to no name; `unchanged` ones are not worth a question when they are replaced. */
  markNew(document: WorkflowDocument, readOnlyReason?: string): void;
  /** What `resume` needs when the document is put aside. */
  park(): ParkedFile;
  resume(parked: ParkedFile): void;
}

/** What a document that is put aside is to the library. */
export interface ParkedFile extends Pick<FileState, 'name' | 'revision' | 'isDirty' | 'readOnlyReason'> {
  /** The document as the library has it, or as it was opened; `undefined`: no longer known. */
  readonly saved: SavedDocument | undefined;
}

type SavedDocument = { readonly document: WorkflowDocument; text?: string };

/** Follows what the document is to the library, also over a reload of the page. */
export function trackFile(store: DocumentStore, changes: ChangeScheduler): FileTracker {
  const remembered = recall(keyOfDraft());
  let saved: SavedDocument | undefined = remembered?.isDirty ? undefined : { document: store.whole };
  const state = createStore<FileState>(() => ({
    name: remembered?.name,
    revision: remembered?.revision ?? 0,
    isDirty: remembered?.isDirty ?? false,
    readOnlyReason: undefined,
    dialog: undefined,
  }));

  function compare(): void {
    if (saved === undefined) return;
    saved.text ??= formatWorkflow(saved.document);
    // Undone changes are no changes.
    state.setState({ isDirty: formatWorkflow(store.whole) !== saved.text });
  }

  store.subscribe(({ origin }) => {
    if (isOwn(origin) && !state.getState().isDirty) state.setState({ isDirty: store.whole !== saved?.document });
  });
  const task = changes.add({ delayMs: COMPARE_DELAY_MS, concerns: ({ origin }) => isOwn(origin), run: compare });
  state.subscribe(remember);
  // The draft gets its id with the first change that is kept, which is a moment later.
  addEventListener('visibilitychange', () => remember(state.getState()));
  addEventListener('pagehide', () => remember(state.getState()));

  function settle(document: WorkflowDocument, change: Partial<FileState>): void {
    task.cancel();
    saved = { document };
    state.setState({ readOnlyReason: undefined, ...change, isDirty: false });
    // The user may have continued while the server saved.
    if (document !== store.whole) compare();
  }

  return {
    state,
    markSaved: (name, revision, document) => settle(document, { name, revision }),
    markNew: (document, readOnlyReason) => settle(document, { name: undefined, revision: 0, readOnlyReason }),
    park() {
      const { name, revision, isDirty, readOnlyReason } = state.getState();
      return { name, revision, isDirty, readOnlyReason, saved };
    },
    resume({ saved: parked, ...file }) {
      task.cancel();
      saved = parked;
      state.setState({ ...file, dialog: undefined });
    },
  };
}

/** Of the document that is open already. */
function isOwn(origin: ChangeOrigin): boolean {
  return origin !== 'open' && origin !== 'scope';
}

type Remembered = Pick<FileState, 'name' | 'revision' | 'isDirty'>;

/** Leaves the tab's draft to the next tab that is opened. */
export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(DRAFT_KEY);
  } catch {
    // A page that may not store anything has no draft.
  }
}

/** Stored next to the tab's draft and under its id, so that both are recovered together. */
function keyOfDraft(): string | undefined {
  try {
    const draft = sessionStorage.getItem(DRAFT_KEY);
    return draft === null ? undefined : `unclip-file-${draft}`;
  } catch {
    return undefined;
  }
}

function remember({ name, revision, isDirty, readOnlyReason }: FileState): void {
  if (readOnlyReason !== undefined) return;
  try {
    const key = keyOfDraft();
    if (key !== undefined) localStorage.setItem(key, JSON.stringify({ name, revision, isDirty }));
  } catch {
    // A page that may not store anything takes a reopened draft for a new workflow; saving then asks first.
  }
}

/** What a draft of this tab was to the library when it was last written. */
export function recallFile(draft: string): Remembered | undefined {
  return recall(`unclip-file-${draft}`);
}

function recall(key: string | undefined): Remembered | undefined {
  try {
    const text = key === undefined ? null : localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Remembered);
  } catch {
    return undefined;
  }
}
