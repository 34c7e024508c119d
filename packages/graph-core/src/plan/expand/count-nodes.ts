import type { Diagnostic } from '../../document/diagnostics.js';
import { orderSubgraphs } from '../../document/subgraph-catalog.js';
import { type Subgraph, subgraphNameOf, type Workflow } from '../../document/workflow.js';
import { MAX_EXPANDED_CHARACTERS, MAX_EXPANDED_LINKS, MAX_EXPANDED_NODES } from '../../limits.js';

/** What one use of a subgraph becomes. Floats, since thirty levels of ten uses each are beyond 2^53. */
interface Size {
  readonly nodes: number;
  readonly links: number;
  /** Of all ids. */
  readonly characters: number;
}

/** What the workflow becomes once its subgraphs are written out, counted without writing them out: 8^14 is quickly said. */
export function checkSubgraphSizes({ nodes, subgraphs = {} }: Workflow): Diagnostic | undefined {
  const sizes = new Map<string, Size>();
  const sizeOf = (body: Pick<Subgraph, 'nodes' | 'inputs'>): Size => {
    let size: Size = { nodes: 0, links: 0, characters: 0 };
    for (const to of Object.values(body.inputs ?? {})) size = { ...size, links: size.links + to.to.length };
    for (const [id, { type, mode }] of Object.entries(body.nodes)) {
      const name = mode === 'bypass' ? undefined : subgraphNameOf(type);
      const inner = name === undefined ? undefined : sizes.get(name);
      size = {
        nodes: size.nodes + 1 + (inner?.nodes ?? 0),
        links: size.links + (inner?.links ?? 0),
        characters: size.characters + id.length + (inner ? inner.characters + inner.nodes * (id.length + 1) : 0),
      };
    }
    return size;
  };
  const { order, circles } = orderSubgraphs(subgraphs);
  // Subgraphs that contain each other have no size; a validated workflow has none.
  const [circle] = circles;
  if (circle !== undefined) return { code: 'subgraph-cycle', subgraphs: circle };
  for (const name of order) {
    const body = subgraphs[name];
    if (body !== undefined) sizes.set(name, sizeOf(body));
  }
  const whole = sizeOf({ nodes });
  if (whole.nodes > MAX_EXPANDED_NODES) {
    return { code: 'too-many-nodes', count: whole.nodes, limit: MAX_EXPANDED_NODES };
  }
  if (whole.links > MAX_EXPANDED_LINKS) {
    return { code: 'too-many-links', count: whole.links, limit: MAX_EXPANDED_LINKS };
  }
  if (whole.characters > MAX_EXPANDED_CHARACTERS) {
    return { code: 'too-many-characters', count: whole.characters, limit: MAX_EXPANDED_CHARACTERS };
  }
  return undefined;
}
