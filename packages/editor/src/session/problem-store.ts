import type { EditorCatalog } from '../catalog/definitions.js';
import { findProblems, type Problem } from '../catalog/find-problems.js';
import type { DocumentStore } from '../document/document-store.js';

/** What is wrong with the workflow as it stands, found a moment after each change. */
export interface ProblemStore {
  readonly all: readonly Problem[];
  of(node: string): readonly Problem[];
  subscribe(listener: () => void): () => void;
  /** Looks now. */
  refresh(): void;
}

const NONE: readonly Problem[] = [];
const STRUCTURE = ['nodes', 'subgraphs', 'inputs'] as const;
// Long enough that a drag of a slider is checked once, at its end.
const DELAY_MS = 120;

export function createProblemStore(store: DocumentStore, catalog: EditorCatalog): ProblemStore {
  let all: readonly Problem[] = NONE;
  let byNode: ReadonlyMap<string, readonly Problem[]> = new Map();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  function refresh(): void {
    clearTimeout(timer);
    timer = undefined;
    all = findProblems(store.whole, catalog, store.scope);
    byNode = groupByNode(all, byNode);
    for (const listener of [...listeners]) listener();
  }

  store.subscribe(({ document, previous, whole, previousWhole, origin }) => {
    if (origin === 'scope') return refresh();
    const isSame = document.nodes === previous.nodes && STRUCTURE.every((key) => whole[key] === previousWhole[key]);
    if (isSame || timer !== undefined) return;
    timer = setTimeout(refresh, DELAY_MS);
  });
  refresh();
  return {
    get all() {
      return all;
    },
    of: (node) => byNode.get(node) ?? NONE,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    refresh,
  };
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
