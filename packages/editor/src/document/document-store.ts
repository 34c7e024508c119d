import { applyPatches, enablePatches, type Patch, produceWithPatches } from 'immer';
import type { DocumentDraft, WorkflowDocument } from './document.js';

/** Where a change came from; `open` replaced the whole document. */
export type ChangeOrigin = 'edit' | 'undo' | 'redo' | 'remote' | 'open';

export interface DocumentChange {
  readonly document: WorkflowDocument;
  readonly previous: WorkflowDocument;
  readonly origin: ChangeOrigin;
  /** What changed, for saving and for other tabs; empty when a document was opened. */
  readonly patches: readonly Patch[];
}

/** One undo step. */
interface Step {
  readonly label: string;
  readonly forward: readonly Patch[];
  readonly inverse: readonly Patch[];
  readonly mergeKey: string | undefined;
  readonly atMs: number;
}

export interface DocumentStoreOptions {
  /** Milliseconds, for joining edits that follow each other quickly. */
  readonly now: () => number;
}

/** Edits with one merge key that follow each other within this time are one undo step: a slider's way, a typed word. */
const MERGE_WITHIN_MS = 600;
const MAX_STEPS = 500;

/** Holds the one document, lets commands change it, and remembers how to go back. */
export class DocumentStore {
  #document: WorkflowDocument;
  #past: readonly Step[] = [];
  #future: readonly Step[] = [];
  #isReadOnly = false;
  readonly #now: () => number;
  readonly #listeners = new Set<(change: DocumentChange) => void>();

  constructor(document: WorkflowDocument, { now }: DocumentStoreOptions) {
    enablePatches();
    this.#document = document;
    this.#now = now;
  }

  get document(): WorkflowDocument {
    return this.#document;
  }

  /** While true, edits, undo and redo do nothing. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** What undo would take back, next first. */
  get undoLabels(): readonly string[] {
    return this.#past.map(({ label }) => label).reverse();
  }

  /** What redo would do again, next first. */
  get redoLabels(): readonly string[] {
    return this.#future.map(({ label }) => label).reverse();
  }

  /**
   * Changes the document as one undo step.
   *
   * @param label what the user did, such as `Move 3 nodes`
   * @param mergeKey joins this edit to the last one if that had the same key a moment ago
   * @returns false if nothing changed
   */
  edit(label: string, recipe: (draft: DocumentDraft) => void, mergeKey?: string): boolean {
    if (this.#isReadOnly) return false;
    const [next, forward, inverse] = produceWithPatches(this.#document, (draft) => {
      recipe(draft);
    });
    if (forward.length === 0) return false;
    this.#remember({ label, forward, inverse, mergeKey, atMs: this.#now() });
    this.#publish(next, 'edit', forward);
    return true;
  }

  /** @returns the label of what was taken back */
  undo(): string | undefined {
    const step = this.#isReadOnly ? undefined : this.#past.at(-1);
    if (step === undefined) return undefined;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, step];
    this.#publish(applyPatches(this.#document, step.inverse), 'undo', step.inverse);
    return step.label;
  }

  /** @returns the label of what was done again */
  redo(): string | undefined {
    const step = this.#isReadOnly ? undefined : this.#future.at(-1);
    if (step === undefined) return undefined;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, step];
    this.#publish(applyPatches(this.#document, step.forward), 'redo', step.forward);
    return step.label;
  }

  /** Takes in what somebody else changed; it is not ours to undo. */
  applyRemote(patches: readonly Patch[]): void {
    this.#publish(applyPatches(this.#document, patches), 'remote', patches);
  }

  /** Starts anew with another document and an empty history. */
  open(document: WorkflowDocument, { isReadOnly = false }: { readonly isReadOnly?: boolean } = {}): void {
    this.#past = [];
    this.#future = [];
    this.#isReadOnly = isReadOnly;
    this.#publish(document, 'open', []);
  }

  /** @returns ends the subscription */
  subscribe(listener: (change: DocumentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #remember(step: Step): void {
    const last = this.#past.at(-1);
    const joins =
      last !== undefined &&
      step.mergeKey !== undefined &&
      last.mergeKey === step.mergeKey &&
      step.atMs - last.atMs < MERGE_WITHIN_MS &&
      this.#future.length === 0;
    const past = joins ? [...this.#past.slice(0, -1), joinSteps(last, step)] : [...this.#past, step];
    this.#past = past.slice(-MAX_STEPS);
    this.#future = [];
  }

  #publish(document: WorkflowDocument, origin: ChangeOrigin, patches: readonly Patch[]): void {
    const previous = this.#document;
    this.#document = document;
    const change = { document, previous, origin, patches };
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function joinSteps(first: Step, second: Step): Step {
  return {
    ...second,
    forward: [...first.forward, ...second.forward],
    inverse: [...second.inverse, ...first.inverse],
  };
}
