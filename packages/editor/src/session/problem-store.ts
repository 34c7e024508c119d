import type { Diagnostic } from '@unclip-studio/graph-core';
import type { EditorCatalog } from '../catalog/definitions.js';
import { findProblems, type Problem, toProblem } from '../catalog/find-problems.js';
import { type ChangeScheduler, meaningChanged } from '../document/change-scheduler.js';
import type { WorkflowDocument } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';

/** The problems of the current workflow, found shortly after each change. */
export interface ProblemStore {
  readonly all: readonly Problem[];
  /** Those that the server found at the last attempt to run, as of a damaged model; gone with the next change. */
  readonly reported: readonly Problem[];
  /** Those that are shown before anybody tries to run it: an image that is not chosen yet is no mistake. */
  readonly shown: readonly Problem[];
  of(node: string): readonly Problem[];
  subscribe(listener: () => void): () => void;
  /** Looks now. */
  refresh(): void;
  /** From now on all are shown, until another workflow is opened. */
  showAll(): void;
  /** Shows what the server has found. */
  report(found: readonly Diagnostic[]): void;
}

const NONE: readonly Problem[] = [];
const STRUCTURE = ['nodes', 'subgraphs', 'inputs'] as const;
// From the first change, so that problems show also while a slider is dragged.
const DELAY_MS = 120;

export function createProblemStore(
  store: DocumentStore,
  catalog: EditorCatalog,
  changes: ChangeScheduler,
): ProblemStore {
  let all: readonly Problem[] = NONE;
  let found: readonly Diagnostic[] = [];
  let reported: readonly Problem[] = NONE;
  let shown: readonly Problem[] = NONE;
  let isTried = false;
  let byNode: ReadonlyMap<string, readonly Problem[]> = new Map();
  const listeners = new Set<() => void>();

  function refresh(): void {
    task.cancel();
    all = findProblems(store.whole, catalog, store.scope);
    const view = { document: store.whole, catalog, scope: store.scope };
    reported = found.length === 0 ? NONE : found.map((diagnostic) => toProblem(diagnostic, view));
    const own = isTried ? all : all.filter((problem) => !isOpenEnd(problem, store.whole));
    shown = reported.length === 0 ? own : [...own, ...reported];
    byNode = groupByNode(shown, byNode);
    for (const listener of [...listeners]) listener();
  }

  const task = changes.add({
    delayMs: DELAY_MS,
    from: 'first',
    concerns: ({ document, previous, whole, previousWhole, origin }) =>
      origin !== 'scope' &&
      (document.nodes !== previous.nodes || STRUCTURE.some((key) => whole[key] !== previousWhole[key])),
    run: refresh,
  });
  // The problems of the current canvas belong to other nodes.
  store.subscribe((change) => {
    const { origin } = change;
    if (origin === 'open' || meaningChanged(change)) found = [];
    if (origin === 'open') isTried = false;
    else if (origin === 'scope') refresh();
  });
  refresh();
  return {
    get all() {
      return all;
    },
    get reported() {
      return reported;
    },
    get shown() {
      return shown;
    },
    of: (node) => byNode.get(node) ?? NONE,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    refresh,
    showAll() {
      isTried = true;
      refresh();
    },
    report(now) {
      if (found.length === 0 && now.length === 0) return;
      found = now;
      refresh();
    },
  };
}

/** Whether it only says that a node waits for its image. */
function isOpenEnd({ diagnostic }: Problem, { nodes, subgraphs }: WorkflowDocument): boolean {
  if (diagnostic.code !== 'wrong-param' || diagnostic.rule?.kind !== 'image') return false;
  const { node, param, subgraph } = diagnostic;
  const own = subgraph === undefined ? nodes : subgraphs?.[subgraph]?.nodes;
  return (own?.[node]?.params?.[param] ?? '') === '';
}

/** Keeps the old list of a node whose problems are the same, so that its card is not drawn again. */
function groupByNode(all: readonly Problem[], before: ReadonlyMap<string, readonly Problem[]>) {
  const grouped = new Map<string, readonly Problem[]>();
  for (const problem of all) {
    for (const node of problem.nodes) grouped.set(node, [...(grouped.get(node) ?? []), problem]);
  }
  const words = (problems: readonly Problem[]) => problems.map(({ message }) => message).join('\n');
  for (const [node, problems] of grouped) {
    const old = before.get(node);
    if (old !== undefined && words(old) === words(problems)) grouped.set(node, old);
  }
  return grouped;
}
