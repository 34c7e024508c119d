import { findWritten, subgraphNameOf } from '@unclip-studio/graph-core';
import { applyPatches, enablePatches, type Patch, produceWithPatches } from 'immer';
import type { DocumentDraft, WorkflowDocument } from './document.js';
import { prefixOf, reachable, type Scope, type ScopeStep, viewDraft, viewOf } from './scope.js';

/** Where a change came from; `open` replaced the whole document, `scope` only shows another part of it, or the same again. */
export type ChangeOrigin = 'edit' | 'undo' | 'redo' | 'remote' | 'open' | 'scope';

export interface DocumentChange {
  /** The content of the canvas. */
  readonly document: WorkflowDocument;
  readonly previous: WorkflowDocument;
  /** The document that is saved and run. */
  readonly whole: WorkflowDocument;
  readonly previousWhole: WorkflowDocument;
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
  /** Where the user was. */
  readonly scope: Scope;
}

/** A document that is put aside with its history, to be gone on with later. */
export interface ParkedDocument {
  readonly whole: WorkflowDocument;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  readonly scope: Scope;
  readonly isReadOnly: boolean;
}

export interface DocumentStoreOptions {
  /** Milliseconds, for joining edits that follow each other quickly. */
  readonly now: () => number;
  /** What else has to change in the content of the canvas after an edit of it, as part of the same step. */
  readonly follow?: FollowEdit;
}

export type FollowEdit = (
  before: WorkflowDocument,
  after: WorkflowDocument,
) => ((draft: DocumentDraft) => void) | undefined;

/** A document, the changes that led to it, and those that lead back. */
type Edited = readonly [WorkflowDocument, forward: readonly Patch[], inverse: readonly Patch[]];

/** Edits with one merge key that follow each other within this time are one undo step: a slider's way, a typed word. */
const MERGE_WITHIN_MS = 600;
const MAX_STEPS = 500;

/** Holds the one document, lets commands change it, and remembers how to go back. */
export class DocumentStore {
  #whole: WorkflowDocument;
  #view: WorkflowDocument;
  #scope: Scope = [];
  #past: readonly Step[] = [];
  #future: readonly Step[] = [];
  #isReadOnly = false;
  readonly #now: () => number;
  readonly #follow: FollowEdit | undefined;
  readonly #listeners = new Set<(change: DocumentChange) => void>();

  constructor(document: WorkflowDocument, { now, follow }: DocumentStoreOptions) {
    enablePatches();
    this.#whole = document;
    this.#view = document;
    this.#now = now;
    this.#follow = follow;
  }

  /** The content of the canvas: the workflow, or the subgraph that was entered. Edits change it. */
  get document(): WorkflowDocument {
    return this.#view;
  }

  /** The document that is saved, shared and run. */
  get whole(): WorkflowDocument {
    return this.#whole;
  }

  /** The path to the content of the canvas. */
  get scope(): Scope {
    return this.#scope;
  }

  /** The id by which a run speaks of a node on the canvas. */
  runId(node: string): string {
    return prefixOf(this.#scope) + node;
  }

  /** Shows the inside of a subgraph node. @returns false if it is not one */
  enter(node: string): boolean {
    const subgraph = subgraphNameOf(this.#view.nodes[node]?.type ?? '');
    if (subgraph === undefined || !Object.hasOwn(this.#whole.subgraphs ?? {}, subgraph)) return false;
    this.#show([...this.#scope, { node, subgraph }]);
    return true;
  }

  /** Goes to where a node is of which a run speaks, such as `outer/sample@1.2`. @returns its id there */
  reveal(runId: string): string | undefined {
    const written = findWritten(this.#whole, runId);
    const id = written?.path.at(-1);
    if (written === undefined || id === undefined) return undefined;
    const nodes = written.path.slice(0, -1);
    const scope = nodes.map((node, i): ScopeStep => {
      const type = findWritten(this.#whole, nodes.slice(0, i + 1).join('/'))?.node.type ?? '';
      return { node, subgraph: subgraphNameOf(type) ?? '' };
    });
    if (prefixOf(scope) !== prefixOf(this.#scope)) this.#show(scope);
    return id;
  }

  /** Goes back out. @param depth how far inside to stay; 0 is the workflow itself */
  leave(depth: number): void {
    if (depth < this.#scope.length) this.#show(this.#scope.slice(0, depth));
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
    return this.#edit(label, (draft) => recipe(viewDraft(draft, this.#scope)), mergeKey);
  }

  /** As `edit`, of the whole document wherever the user is. */
  editWhole(label: string, recipe: (draft: DocumentDraft) => void): boolean {
    return this.#edit(label, recipe, undefined);
  }

  /** @returns the label of the undone step */
  undo(): string | undefined {
    const step = this.#isReadOnly ? undefined : this.#past.at(-1);
    if (step === undefined) return undefined;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, step];
    this.#return(step);
    this.#publish(applyPatches(this.#whole, step.inverse), 'undo', step.inverse);
    return step.label;
  }

  /** @returns the label of the redone step */
  redo(): string | undefined {
    const step = this.#isReadOnly ? undefined : this.#future.at(-1);
    if (step === undefined) return undefined;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, step];
    this.#return(step);
    this.#publish(applyPatches(this.#whole, step.forward), 'redo', step.forward);
    return step.label;
  }

  /** Takes in what somebody else changed; it is not ours to undo. */
  applyRemote(patches: readonly Patch[]): void {
    this.#publish(applyPatches(this.#whole, patches), 'remote', patches);
  }

  /** Replaces the document and clears the history. */
  open(document: WorkflowDocument, { isReadOnly = false }: { readonly isReadOnly?: boolean } = {}): void {
    this.resume({ whole: document, past: [], future: [], scope: [], isReadOnly });
  }

  /** What `resume` needs to go on with this document. */
  park(): ParkedDocument {
    const { whole, scope, isReadOnly } = this;
    return { whole, past: this.#past, future: this.#future, scope, isReadOnly };
  }

  /** Opens a document that was put aside, with its history. */
  resume({ whole, past, future, scope, isReadOnly }: ParkedDocument): void {
    this.#past = past;
    this.#future = future;
    this.#isReadOnly = isReadOnly;
    this.#scope = scope;
    this.#publish(whole, 'open', []);
  }

  /** Lets nodes be drawn again whose definition is another one: they become other objects of the same content. */
  renew(isAffected: (type: string) => boolean): void {
    const renewNodes = (nodes: WorkflowDocument['nodes']) =>
      Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, isAffected(node.type) ? { ...node } : node]));
    const { nodes, subgraphs } = this.#whole;
    const renewed = subgraphs && {
      subgraphs: Object.fromEntries(
        Object.entries(subgraphs).map(([name, body]) => [name, { ...body, nodes: renewNodes(body.nodes) }]),
      ),
    };
    this.#publish({ ...this.#whole, nodes: renewNodes(nodes), ...renewed }, 'scope', []);
  }

  /** @returns ends the subscription */
  subscribe(listener: (change: DocumentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #edit(label: string, recipe: (draft: DocumentDraft) => void, mergeKey: string | undefined): boolean {
    if (this.#isReadOnly) return false;
    const edited = produceWithPatches(this.#whole, (draft) => {
      recipe(draft);
    });
    if (edited[1].length === 0) return false;
    const scope = this.#scope;
    const [next, forward, inverse] = this.#followed(edited);
    const key = mergeKey === undefined ? undefined : prefixOf(scope) + mergeKey;
    this.#remember({ label, forward, inverse, mergeKey: key, atMs: this.#now(), scope });
    this.#publish(next, 'edit', forward);
    return true;
  }

  #followed(edited: Edited): Edited {
    const [next, forward, inverse] = edited;
    const scope = reachable(next, this.#scope);
    const recipe = scope === this.#scope && this.#follow?.(this.#view, viewOf(next, scope));
    if (!recipe) return edited;
    const [last, ...more] = produceWithPatches(next, (draft) => recipe(viewDraft(draft, scope)));
    return [last, [...forward, ...more[0]], [...more[1], ...inverse]];
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

  /** Undone and redone steps should be visible. */
  #return({ scope }: Step): void {
    if (prefixOf(scope) !== prefixOf(this.#scope)) this.#show(reachable(this.#whole, scope));
  }

  #show(scope: Scope): void {
    this.#scope = scope;
    this.#publish(this.#whole, 'scope', []);
  }

  #publish(whole: WorkflowDocument, origin: ChangeOrigin, patches: readonly Patch[]): void {
    const [previous, previousWhole] = [this.#view, this.#whole];
    const scope = reachable(whole, this.#scope);
    const isMoved = scope !== this.#scope;
    this.#scope = scope;
    this.#whole = whole;
    this.#view = viewOf(whole, scope);
    const document = this.#view;
    // If the open subgraph no longer exists, the view leaves it.
    const shown = isMoved && origin !== 'open' ? 'scope' : origin;
    const change = { document, previous, whole, previousWhole, origin: shown, patches };
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
