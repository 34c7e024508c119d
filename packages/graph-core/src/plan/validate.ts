import { type Catalog, typesBetween } from '../definition/catalog.js';
import { expectationOf } from '../definition/check-param.js';
import { similarNames } from '../definition/names.js';
import type { NodeDefinition } from '../definition/node-definition.js';
import { type KnownPackages, packageOfType } from '../definition/node-packages.js';
import { type Diagnostic, limitProblems, shortName } from '../document/diagnostics.js';
import { bypassSource, findCycles, ownNode } from '../document/graph.js';
import { describeValue } from '../document/parse-workflow.js';
import { failure, type Result } from '../document/result.js';
import { catalogOf } from '../document/subgraph-catalog.js';
import { parseLink, type Workflow, type WorkflowNode } from '../document/workflow.js';
import { checkInputs } from '../document/workflow-inputs.js';
import { MAX_SUGGESTIONS } from '../limits.js';
import { checkSubgraphPorts } from './expand/check-subgraphs.js';
import { type Expansion, expandWorkflow } from './expand/expand-workflow.js';
import { findConflicts } from './find-conflicts.js';
import { finish, NODES_A_STEP, type Steps } from './steps.js';

// Three is enough to see the problem; wrongly generated graphs can contain thousands.
const MAX_CYCLES_REPORTED = 3;
// Of what a node of an unknown type says in a file of any origin.
const MAX_HINT = 300;

/**
 * Finds every problem that would keep the workflow from running, in the order of the file; those of its sweeps, and
 * incompatible settings, only if there are no others. Never throws, whatever the workflow contains. Muted nodes are not
 * checked.
 */
export function validateWorkflow(workflow: Workflow, catalog: Catalog): readonly Diagnostic[] {
  const expanded = checkAndExpand(workflow, catalog);
  return expanded.ok ? [] : expanded.diagnostics;
}

/** The workflow as plain nodes, or the problems that {@link validateWorkflow} finds; it is expanded once. */
export function checkAndExpand<Node extends NodeDefinition>(
  workflow: Workflow,
  catalog: Catalog<Node>,
): Result<Expansion<Node>> {
  const problems = finish(checkAsWritten(workflow, catalog));
  if (problems.length > 0) return failure(...problems);
  const expanded = expandWorkflow(workflow, catalog);
  const conflicts = expanded.ok ? findConflicts(expanded.value) : [];
  return conflicts.length > 0 ? failure(...conflicts) : expanded;
}

/** The problems that show in the file as it is written, before anything is expanded. */
export function* checkAsWritten(workflow: Workflow, catalog: Catalog): Steps<readonly Diagnostic[]> {
  const full = catalogOf(workflow, catalog);
  const problems: Diagnostic[] = [];
  const suggest = createSuggest();
  const versions = workflow.plugins;
  yield* checkNodes({ nodes: workflow.nodes, catalog: full, suggest, versions }, problems);
  for (const [subgraph, body] of Object.entries(workflow.subgraphs ?? {})) {
    const fed = new Set(Object.values(body.inputs ?? {}).flatMap(({ to }) => to));
    const setOutside = new Set(Object.values(body.params ?? {}));
    const own: Diagnostic[] = [];
    yield* checkNodes({ nodes: body.nodes, catalog: full, suggest, versions, fed, setOutside }, own);
    addAll(
      problems,
      own.map((problem) => ({ ...problem, subgraph }) as Diagnostic),
    );
  }
  addAll(problems, checkSubgraphPorts(workflow, full));
  addAll(problems, checkInputs(workflow, catalog));
  return limitProblems(problems);
}

/** Spread into `push`, a hundred thousand of them would be more arguments than a call takes. */
function addAll(problems: Diagnostic[], more: readonly Diagnostic[]): void {
  for (const problem of more) problems.push(problem);
}

/** Looks up similar names for the first problems only; the names are listed for those only, too. */
type Suggest = (name: string, listNames: () => Iterable<string>) => readonly string[];

function createSuggest(): Suggest {
  let left = MAX_SUGGESTIONS;
  return (name, listNames) => (left-- > 0 ? similarNames(name, listNames()) : []);
}

/** The nodes of a workflow or of a subgraph. */
interface Body {
  readonly nodes: Workflow['nodes'];
  readonly catalog: Catalog;
  readonly suggest: Suggest;
  /** Package -> the version that the workflow was made with. */
  readonly versions: Workflow['plugins'];
  /** Inputs that get their value from outside, as `node.input`. */
  readonly fed?: ReadonlySet<string>;
  /** Params that may get their value from outside, as `node.param`. */
  readonly setOutside?: ReadonlySet<string>;
}

function* checkNodes(body: Body, problems: Diagnostic[]): Steps<void> {
  const { nodes, catalog, suggest, versions } = body;
  const isRead = createIsRead(nodes);
  let seen = 0;
  for (const [id, node] of Object.entries(nodes)) {
    if (++seen % NODES_A_STEP === 0) yield;
    if (node.mode === 'mute') continue;
    const definition = catalog.types.get(node.type);
    if (definition === undefined) {
      // It does nothing, and nothing reads what it passes through.
      if (node.mode === 'bypass' && !isRead(id)) continue;
      const { hint } = node as WorkflowNode & { readonly hint?: unknown };
      // Names that are like one of another program would mislead.
      const own = typeof hint === 'string' ? hint : hintOnPackage(node.type, { packages: catalog.packages, versions });
      const words = own === undefined ? undefined : { similar: [], hint: own.slice(0, MAX_HINT) };
      const told = words ?? { similar: suggest(node.type, () => catalog.types.keys()) };
      problems.push({ code: 'unknown-type', node: id, type: shortName(node.type), ...told });
      continue;
    }
    const checked = { ...body, id, node, definition };
    checkParams(checked, problems);
    checkLinks(checked, problems);
    if (node.mode !== 'bypass') checkMissing(checked, problems);
  }
  for (const cycle of findCycles(body, MAX_CYCLES_REPORTED)) problems.push({ code: 'cycle', nodes: cycle });
}

function hintOnPackage(
  type: string,
  { packages, versions = {} }: Pick<Body, 'versions'> & KnownPackages,
): string | undefined {
  const name = packageOfType(type);
  if (name === undefined) return undefined;
  const version = Object.hasOwn(versions, name) ? versions[name] : undefined;
  const exact = version === undefined ? name : `${name}@${version}`;
  const here = packages.get(name)?.version;
  if (here !== undefined) {
    const made = version === undefined || version === here ? '' : ` The workflow was made with ${exact}.`;
    return `The plug-in "${name}" is here as ${name}@${here}, which has no such node.${made}`;
  }
  return `It comes from the plug-in "${name}", which is not loaded here. An operator can add it: unclip plugins add ${exact}`;
}

/** Whether any node has a link from this one; all links are read at the first question. */
function createIsRead(nodes: Workflow['nodes']): (id: string) => boolean {
  let read: ReadonlySet<string> | undefined;
  return (id) => {
    const sources = () => Object.values(nodes).flatMap(({ inputs = {} }) => Object.values(inputs).map(parseLink));
    read ??= new Set(sources().flatMap((source) => source?.node ?? []));
    return read.has(id);
  };
}

interface Checked extends Body {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
}

function checkParams({ id, node, definition, setOutside }: Checked, problems: Diagnostic[]): void {
  for (const [name, value] of Object.entries(node.params ?? {})) {
    const at = { node: id, type: node.type, param: shortName(name) };
    const param = Object.hasOwn(definition.params, name) ? definition.params[name] : undefined;
    if (param === undefined) {
      problems.push({ code: 'unknown-param', ...at, known: Object.keys(definition.params) });
      continue;
    }
    const expectation = expectationOf(param, value);
    if (expectation !== undefined)
      problems.push({ code: 'wrong-param', ...at, ...expectation, got: describeValue(value) });
  }
  for (const [name, param] of Object.entries(definition.params)) {
    if (node.mode === 'bypass' || node.params?.[name] !== undefined || setOutside?.has(`${id}.${name}`)) continue;
    const expectation = expectationOf(param, param.default);
    if (expectation !== undefined) {
      problems.push({ code: 'wrong-param', node: id, type: node.type, param: name, ...expectation, got: 'nothing' });
    }
  }
}

function checkLinks(checked: Checked, problems: Diagnostic[]): void {
  const { id, node, definition } = checked;
  for (const [input, text] of Object.entries(node.inputs ?? {})) {
    const port = Object.hasOwn(definition.inputs, input) ? definition.inputs[input] : undefined;
    if (port === undefined) {
      const known = Object.keys(definition.inputs);
      problems.push({ code: 'unknown-input', node: id, type: node.type, input: shortName(input), known });
      continue;
    }
    const problem = checkLink(checked, input, text);
    if (problem !== undefined) problems.push(problem);
  }
}

function checkLink(
  { id, node, definition, nodes, catalog, suggest, fed }: Checked,
  input: string,
  text: string,
): Diagnostic | undefined {
  const at = { node: id, type: node.type, input };
  const link = parseLink(text);
  if (link === undefined) return { code: 'bad-link', ...at, got: describeValue(text) };
  const source = ownNode({ nodes }, link.node);
  if (source === undefined) {
    const similar = suggest(link.node, () => Object.keys(nodes));
    return { code: 'unknown-source', ...at, source: shortName(link.node), similar };
  }
  const outputs = catalog.types.get(source.type)?.outputs;
  // The source's own unknown type has been reported at the source.
  if (outputs === undefined) return undefined;
  const output = Object.hasOwn(outputs, link.output) ? outputs[link.output] : undefined;
  if (output === undefined) {
    const known = Object.keys(outputs);
    return { code: 'unknown-output', ...at, source: link.node, output: link.output, known };
  }
  const { type } = output;
  const isFed = Object.entries(catalog.types.get(source.type)?.inputs ?? {}).some(
    ([name, port]) => port.type === type && fed?.has(`${link.node}.${name}`),
  );
  if (source.mode === 'bypass' && !isFed && !bypassSource(source, catalog.types.get(source.type), link.output)) {
    return { code: 'no-bypass', node: link.node, type: source.type, output: link.output, outputType: type };
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
  };
}

// An input that has a link which leads nowhere is reported with that link.
function checkMissing({ id, node, definition, catalog, fed }: Checked, problems: Diagnostic[]): void {
  for (const [input, port] of Object.entries(definition.inputs)) {
    if (port.optional || fed?.has(`${id}.${input}`)) continue;
    if (node.inputs && Object.hasOwn(node.inputs, input)) continue;
    const givenBy = catalog.givers.get(port.type) ?? [];
    problems.push({ code: 'missing-input', node: id, type: node.type, input, expected: port.type, givenBy });
  }
}
