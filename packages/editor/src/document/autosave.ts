import { formatWorkflow } from '@unclip-studio/graph-core';
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

/** Where drafts are kept. One implementation stands on IndexedDB; tests have one in memory. */
export interface DraftStore {
  /** The draft which this tab should go on with, if there is one. */
  claim(): Promise<Draft | undefined>;
  /** Keeps the draft of this tab; the last one counts. */
  save(draft: Omit<Draft, 'id'>): Promise<void>;
  /** Forgets the draft of this tab. */
  discard(): Promise<void>;
}

export interface AutosaveOptions {
  readonly drafts: DraftStore;
  readonly delayMs: number;
  readonly workflowName: () => string | undefined;
  readonly onSaved?: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Autosave {
  /** Saves now what has not been saved yet. */
  flush(): Promise<void>;
  /** Whether the browser has the document as it stands now. */
  isKept(): boolean;
  stop(): void;
}

/** Saves the document a moment after each change; changes in quick succession are saved once. */
export function startAutosave(store: DocumentStore, options: AutosaveOptions): Autosave {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What the page starts with is the draft itself, or nothing that anybody has made.
  let kept = store.whole;
  let hasFailed = false;

  async function flush(): Promise<void> {
    if (timer === undefined && !hasFailed) return;
    clearTimeout(timer);
    timer = undefined;
    hasFailed = false;
    const workflowName = options.workflowName();
    const { whole } = store;
    try {
      await options.drafts.save({
        text: formatWorkflow(whole),
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

  const unsubscribe = store.subscribe(({ whole, previousWhole, origin }) => {
    // Entering a subgraph changes nothing; making what was only looked at one's own does.
    if (whole === previousWhole && origin !== 'open') return;
    // A read-only document is somebody else's and must not become this tab's draft.
    if (store.isReadOnly) return;
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), options.delayMs);
  });
  return {
    flush,
    isKept: () => store.whole === kept,
    stop() {
      unsubscribe();
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
