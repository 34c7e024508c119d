import { formatWorkflow } from '@unclip-studio/graph-core';
import type { ChangeScheduler } from './change-scheduler.js';
import type { WorkflowDocument } from './document.js';
import type { DocumentStore } from './document-store.js';

/** A document as it was last, kept in the browser against crashes and closed tabs. */
export interface Draft {
  readonly id: string;
  /** A workflow file. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly savedAtMs: number;
  /** The name under which the server knows the workflow, if it does. */
  readonly workflowName?: string;
}

/** Where drafts are stored. One implementation uses IndexedDB; tests have one in memory. */
export interface DraftStore {
  /** The draft with which this tab should continue, if there is one. */
  claim(): Promise<Draft | undefined>;
  /** Keeps the draft of this tab; the last one counts. */
  save(draft: Omit<Draft, 'id'>): Promise<void>;
  /** Forgets the draft of this tab. */
  discard(): Promise<void>;
  /** The draft that is written now, if there is one. */
  readonly current: string | undefined;
  /** Writes another draft of this tab from now on; `undefined`: a new one, with the next save. */
  use(id: string | undefined): void;
  /** Holds one more draft for this tab, such as after a reload. @returns `undefined` if it is gone or another tab has it */
  take(id: string): Promise<Draft | undefined>;
}

export interface AutosaveOptions {
  readonly changes: ChangeScheduler;
  readonly drafts: Pick<DraftStore, 'save'>;
  readonly delayMs: number;
  readonly workflowName: () => string | undefined;
  /** The document as a workflow file. */
  readonly toText?: (whole: WorkflowDocument) => string;
  readonly onSaved?: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Autosave {
  /** Saves unsaved changes now. */
  flush(): Promise<void>;
  /** Whether the browser has stored the current document. */
  isKept(): boolean;
  stop(): void;
}

/** Saves the document a moment after each change; changes in quick succession are saved once. */
export function startAutosave(store: DocumentStore, options: AutosaveOptions): Autosave {
  // What the page starts with is the draft itself, or nothing that anybody has made.
  const { toText = formatWorkflow } = options;
  let kept = store.whole;
  let hasFailed = false;

  const task = options.changes.add({
    delayMs: options.delayMs,
    // Entering a subgraph changes nothing; making a viewed document one's own does. A read-only document belongs to
    // someone else and must not become this tab's draft.
    concerns: ({ whole, previousWhole, origin }) => (whole !== previousWhole || origin === 'open') && !store.isReadOnly,
    run: () => void save(),
  });

  async function save(): Promise<void> {
    hasFailed = false;
    const workflowName = options.workflowName();
    const { whole } = store;
    try {
      await options.drafts.save({
        text: toText(whole),
        savedAtMs: Date.now(),
        ...(workflowName !== undefined && { workflowName }),
      });
      kept = whole;
      options.onSaved?.();
    } catch (error) {
      hasFailed = true;
      options.onError(error);
    }
  }

  return {
    async flush() {
      if (!task.isDue && !hasFailed) return;
      task.cancel();
      await save();
    },
    isKept: () => store.whole === kept,
    stop: () => task.stop(),
  };
}
