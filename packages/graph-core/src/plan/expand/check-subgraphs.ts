import type { Catalog } from '../../definition/catalog.js';
import type { Diagnostic } from '../../document/diagnostics.js';
import { findPort, orderSubgraphs } from '../../document/subgraph-catalog.js';
import type { Subgraph, Workflow } from '../../document/workflow.js';
import { findParam } from '../../document/workflow-inputs.js';

/** Finds cycles of subgraphs, and subgraph ports and params that refer to nothing. */
export function checkSubgraphPorts(workflow: Workflow, catalog: Catalog): readonly Diagnostic[] {
  const subgraphs = workflow.subgraphs ?? {};
  return [
    ...orderSubgraphs(subgraphs).circles.map((circle): Diagnostic => ({ code: 'subgraph-cycle', subgraphs: circle })),
    ...Object.entries(subgraphs).flatMap(([name, subgraph]) => [...checkPorts(workflow, name, subgraph, catalog)]),
  ];
}

function* checkPorts(
  { subgraphs }: Workflow,
  subgraph: string,
  body: Subgraph,
  catalog: Catalog,
): Iterable<Diagnostic> {
  const at = { code: 'subgraph-port', subgraph } as const;
  // A node of an unknown type is reported itself; links to it may be valid.
  const isKnown = (place: string) => {
    const type = body.nodes[place.slice(0, place.indexOf('.'))]?.type;
    return type === undefined || catalog.types.has(type);
  };
  for (const [name, { type, to }] of Object.entries(body.inputs ?? {})) {
    for (const place of to.filter(isKnown)) {
      const port = findPort(body, catalog.types, place, 'inputs');
      if (port?.type === type) continue;
      const got = port === undefined ? {} : { got: `"${place}" of type ${port.type}` };
      yield { ...at, kind: 'input', name, place, ...got, expected: `an input of type ${type} inside` };
    }
  }
  for (const [name, place] of Object.entries(body.outputs ?? {})) {
    if (!isKnown(place) || findPort(body, catalog.types, place, 'outputs') !== undefined) continue;
    yield { ...at, kind: 'output', name, place, expected: 'an output of a node inside' };
  }
  for (const [name, place] of Object.entries(body.params ?? {})) {
    const inner = { nodes: body.nodes, ...(subgraphs && { subgraphs }) };
    if (!isKnown(place) || findParam(inner, catalog, place) !== undefined) continue;
    yield { ...at, kind: 'param', name, place, expected: 'a param of a node inside' };
  }
}
