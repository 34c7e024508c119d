import type { NodeEditor } from 'rete';
import type { AreaPlugin } from 'rete-area-plugin';
import type { WorkflowDocument } from '../document/document.js';
import { type Link, linksInto, linksOf } from '../document/links.js';
import { EMPTY_DOCUMENT } from '../document/read-document.js';
import type { Guard } from './guard.js';
import { type AreaExtra, createReteNode, type ReteConnection, type Schemes } from './schemes.js';

export interface ReconcilerParts {
  readonly editor: NodeEditor<Schemes>;
  readonly area: AreaPlugin<Schemes, AreaExtra>;
  readonly guard: Guard;
  readonly document: () => WorkflowDocument;
  /** Nodes whose view runs ahead of the document, because they are being dragged. */
  readonly isDragged: (node: string) => boolean;
  readonly onReconciled: () => void;
}

/**
 * Makes Rete's graph the same as the document. Documents share what did not change, so the difference is found by one
 * pass of `===`; it serves edits, undo, remote changes and opening alike.
 */
export class Reconciler {
  /** Counters for tests: passes, and the added, removed and moved elements. */
  readonly stats = { passes: 0, operations: 0 };
  readonly #parts: ReconcilerParts;
  #shown = EMPTY_DOCUMENT;
  #isDirty = false;
  // Rete's calls are asynchronous; passes must not interleave.
  #chain: Promise<void> = Promise.resolve();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  schedule(): void {
    this.#isDirty = true;
    this.#chain = this.#chain.then(() => this.#reconcile());
  }

  /** Resolves when Rete shows the current document. */
  settled(): Promise<void> {
    return this.#chain;
  }

  async #reconcile(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const before = this.#shown;
    const now = this.#parts.document();
    if (before === now) return;
    this.#shown = now;
    this.stats.passes++;
    const { gone, fresh } = linkChanges(before, now);
    await Promise.all(gone.map((id) => this.#removeLink(id)));
    await Promise.all(this.#nodeChanges(before, now));
    await Promise.all(fresh.map((link) => this.#addLink(link)));
    this.#parts.onReconciled();
  }

  #nodeChanges(before: WorkflowDocument, now: WorkflowDocument): Promise<unknown>[] {
    const changes: Promise<unknown>[] = [];
    if (before.nodes !== now.nodes) {
      for (const id of Object.keys(before.nodes)) {
        if (!Object.hasOwn(now.nodes, id)) changes.push(this.#removeNode(id));
      }
      for (const id of Object.keys(now.nodes)) {
        if (!Object.hasOwn(before.nodes, id)) changes.push(this.#addNode(id, now));
      }
    }
    if (before.layout.nodes === now.layout.nodes) return changes;
    for (const id of Object.keys(now.layout.nodes)) {
      if (before.layout.nodes[id] === now.layout.nodes[id] || !Object.hasOwn(before.nodes, id)) continue;
      const change = this.#place(id, now);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  #place(id: string, { layout }: WorkflowDocument): Promise<unknown> | undefined {
    const place = layout.nodes[id];
    const view = this.#parts.area.nodeViews.get(id);
    if (place === undefined || view === undefined) return undefined;
    if (this.#parts.isDragged(id)) {
      // Another card is being dragged; its own drag decides, and the rest is updated afterwards.
      this.#shown = { ...this.#shown, layout: { ...this.#shown.layout, nodes: {} } };
      this.#isDirty = true;
      return undefined;
    }
    if (view.position.x === place.x && view.position.y === place.y) return undefined;
    this.stats.operations++;
    return view.translate(place.x, place.y);
  }

  #addNode(id: string, { layout }: WorkflowDocument): Promise<void> {
    const { editor, area, guard } = this.#parts;
    this.stats.operations++;
    return guard.allow(id, async () => {
      await editor.addNode(createReteNode(id));
      const place = layout.nodes[id];
      if (place !== undefined) await area.translate(id, place);
    });
  }

  #removeNode(id: string): Promise<void> {
    const { editor, area, guard } = this.#parts;
    this.stats.operations++;
    return guard.allow(id, async () => {
      // Rete leaves the listeners of a removed view on the window.
      area.nodeViews.get(id)?.destroy();
      await editor.removeNode(id);
    });
  }

  #addLink({ id, source, output, reader, input }: Link): Promise<void> {
    this.stats.operations++;
    const connection = { id, source, sourceOutput: output, target: reader, targetInput: input };
    return this.#parts.guard.allow(id, () => this.#parts.editor.addConnection(connection as ReteConnection));
  }

  #removeLink(id: string): Promise<void> {
    this.stats.operations++;
    return this.#parts.guard.allow(id, () => this.#parts.editor.removeConnection(id));
  }
}

function linkChanges(before: WorkflowDocument, now: WorkflowDocument) {
  const gone: string[] = [];
  const fresh: Link[] = [];
  if (before.nodes === now.nodes) return { gone, fresh };
  // A link can appear or vanish with its source, while its reader stays the same object.
  const sameIds = sameKeys(before.nodes, now.nodes);
  const readers = sameIds ? changedKeys(before.nodes, now.nodes) : undefined;
  const old = readers ? readers.flatMap((id) => linksInto(before.nodes, id)) : linksOf(before.nodes);
  const next = readers ? readers.flatMap((id) => linksInto(now.nodes, id)) : linksOf(now.nodes);
  const oldSources = new Map(old.map((link) => [link.id, `${link.source}.${link.output}`]));
  const nextSources = new Map(next.map((link) => [link.id, `${link.source}.${link.output}`]));
  for (const [id, source] of oldSources) if (nextSources.get(id) !== source) gone.push(id);
  for (const link of next) if (oldSources.get(link.id) !== nextSources.get(link.id)) fresh.push(link);
  return { gone, fresh };
}

function sameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key));
}

function changedKeys<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): readonly string[] {
  return Object.keys(b).filter((key) => a[key] !== b[key]);
}
