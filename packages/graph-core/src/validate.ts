import { type Catalog, typesBetween } from './catalog.js';
import { checkParam } from './check-param.js';
import type { Diagnostic } from './diagnostics.js';
import { bypassSource, findCycles, ownNode } from './graph.js';
import type { NodeDefinition } from './node-definition.js';
import { describeValue } from './parse-workflow.js';
import { similarNames } from './similar.js';
import { parseLink, type Workflow, type WorkflowNode } from './workflow.js';

// Three is enough to see what is wrong; graphs that were generated wrongly can hold thousands.
const MAX_CYCLES_REPORTED = 3;

/**
 * Finds every problem that would keep the workflow from running, in the order of the file.
 * Never throws, whatever the workflow holds. Muted nodes are not checked: they do nothing.
 */
export function validateWorkflow(workflow: Workflow, catalog: Catalog): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const [id, node] of Object.entries(workflow.nodes)) {
    if (node.mode === 'mute') continue;
    const definition = catalog.types.get(node.type);
    if (definition === undefined) {
      const similar = similarNames(node.type, catalog.types.keys());
      problems.push({ code: 'unknown-type', node: id, type: node.type, similar });
      continue;
    }
    const checked = { id, node, definition, workflow, catalog };
    checkParams(checked, problems);
    checkLinks(checked, problems);
    if (node.mode !== 'bypass') checkMissing(checked, problems);
  }
  for (const nodes of findCycles(workflow).slice(0, MAX_CYCLES_REPORTED)) problems.push({ code: 'cycle', nodes });
  return problems;
}

interface Checked {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly workflow: Workflow;
  readonly catalog: Catalog;
}

function checkParams({ id, node, definition }: Checked, problems: Diagnostic[]): void {
  for (const [name, value] of Object.entries(node.params ?? {})) {
    const at = { node: id, type: node.type, param: name };
    const param = Object.hasOwn(definition.params, name) ? definition.params[name] : undefined;
    if (param === undefined) {
      problems.push({ code: 'unknown-param', ...at, known: Object.keys(definition.params) });
      continue;
    }
    const expected = checkParam(param, value);
    if (expected !== undefined) problems.push({ code: 'wrong-param', ...at, expected, got: describeValue(value) });
  }
  for (const [name, param] of Object.entries(definition.params)) {
    if (node.mode === 'bypass' || node.params?.[name] !== undefined) continue;
    const expected = checkParam(param, param.default);
    if (expected !== undefined) {
      problems.push({ code: 'wrong-param', node: id, type: node.type, param: name, expected, got: 'nothing' });
    }
  }
}

function checkLinks(checked: Checked, problems: Diagnostic[]): void {
  const { id, node, definition } = checked;
  for (const [input, text] of Object.entries(node.inputs ?? {})) {
    const port = Object.hasOwn(definition.inputs, input) ? definition.inputs[input] : undefined;
    if (port === undefined) {
      problems.push({ code: 'unknown-input', node: id, type: node.type, input, known: Object.keys(definition.inputs) });
      continue;
    }
    const problem = checkLink(checked, input, text);
    if (problem !== undefined) problems.push(problem);
  }
}

function checkLink({ id, node, definition, workflow, catalog }: Checked, input: string, text: string) {
  const at = { node: id, type: node.type, input };
  const link = parseLink(text);
  if (link === undefined) return { code: 'bad-link', ...at, got: describeValue(text) } as const;
  const source = ownNode(workflow, link.node);
  if (source === undefined) {
    const similar = similarNames(link.node, Object.keys(workflow.nodes));
    return { code: 'unknown-source', ...at, source: link.node, similar } as const;
  }
  const outputs = catalog.types.get(source.type)?.outputs;
  // The source's own unknown type has been reported at the source.
  if (outputs === undefined) return undefined;
  const output = Object.hasOwn(outputs, link.output) ? outputs[link.output] : undefined;
  if (output === undefined) {
    const known = Object.keys(outputs);
    return { code: 'unknown-output', ...at, source: link.node, output: link.output, known } as const;
  }
  if (source.mode === 'bypass' && !bypassSource(source, catalog.types.get(source.type), link.output)) {
    const { type } = output;
    return { code: 'no-bypass', node: link.node, type: source.type, output: link.output, outputType: type } as const;
  }
  const expected = definition.inputs[input]?.type ?? '';
  if (output.type === expected) return undefined;
  return {
    code: 'wrong-link-type',
    ...at,
    expected,
    got: output.type,
    source: link.node,
    output: link.output,
    between: typesBetween(catalog, output.type, expected),
    givenBy: catalog.givers.get(expected) ?? [],
  } as const;
}

// An input that has a link which leads nowhere is reported with that link.
function checkMissing({ id, node, definition, catalog }: Checked, problems: Diagnostic[]): void {
  for (const [input, port] of Object.entries(definition.inputs)) {
    if (port.optional || (node.inputs && Object.hasOwn(node.inputs, input))) continue;
    const givenBy = catalog.givers.get(port.type) ?? [];
    problems.push({ code: 'missing-input', node: id, type: node.type, input, expected: port.type, givenBy });
  }
}
