import { subgraphNameOf, type WorkflowNode } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import { definitionOf, type EditorCatalog } from './definitions.js';
import { hasWordsOf } from './search-nodes.js';

/** A node of the open workflow, wherever it is. */
export interface PlacedNode {
  /** By which a run speaks of it, such as `outer/sample`. */
  readonly runId: string;
  readonly title: string;
  /** Of its type; the user may have named the node otherwise. */
  readonly typeTitle: string;
  readonly category: string;
  /** The titles of the subgraphs it is in, the outermost first. */
  readonly inside: readonly string[];
  /** What it is found by, in lower case. */
  readonly words: string;
}

/** Subgraphs in subgraphs multiply; nobody looks through more. */
const MAX_NODES = 20_000;

/** All nodes of a workflow, those inside of subgraphs after the one that stands for them. */
export function placedNodes(whole: WorkflowDocument, catalog: EditorCatalog): readonly PlacedNode[] {
  const found: PlacedNode[] = [];
  const visit = (nodes: Readonly<Record<string, WorkflowNode>>, prefix: string, inside: readonly string[]) => {
    for (const [id, node] of Object.entries(nodes)) {
      if (found.length >= MAX_NODES) return;
      const placed = placedNode(id, nodes, { catalog, prefix, inside });
      found.push(placed);
      const name = subgraphNameOf(node.type);
      const body =
        name !== undefined && Object.hasOwn(whole.subgraphs ?? {}, name) ? whole.subgraphs?.[name] : undefined;
      if (body !== undefined) visit(body.nodes, `${placed.runId}/`, [...inside, placed.title]);
    }
  };
  visit(whole.nodes, '', []);
  return found;
}

/** The nodes that have all the words in a title, type, id or text, those with them in the title first. */
export function findNodes(nodes: readonly PlacedNode[], query: string): readonly PlacedNode[] {
  const fits = hasWordsOf(query);
  const hits = nodes.filter(({ words }) => fits(words));
  const isInTitle = ({ title }: PlacedNode) => fits(title);
  return [...hits.filter(isInTitle), ...hits.filter((node) => !isInTitle(node))];
}

function placedNode(
  id: string,
  nodes: Readonly<Record<string, WorkflowNode>>,
  place: { readonly catalog: EditorCatalog; readonly prefix: string; readonly inside: readonly string[] },
): PlacedNode {
  const { catalog, prefix, inside } = place;
  // `nodes` is made of it.
  const node = nodes[id] as WorkflowNode;
  const definition = definitionOf(catalog, nodes, id);
  const typeTitle = definition?.title ?? node.type;
  const title = node.title ?? typeTitle;
  const texts = Object.values(node.params ?? {}).filter((value) => typeof value === 'string');
  const words = [title, typeTitle, id, node.type, ...(definition?.keywords ?? []), ...texts].join('\n').toLowerCase();
  return { runId: prefix + id, title, typeTitle, category: definition?.category ?? '', inside, words };
}
