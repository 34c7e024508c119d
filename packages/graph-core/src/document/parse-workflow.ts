import { isNodeId, isReservedKey } from '../definition/names.js';
import { isVersion } from '../definition/node-packages.js';
import { MAX_WORKFLOW_BYTES } from '../limits.js';
import { canonicalJson, indentationOf } from './canonical-json.js';
import { type Diagnostic, limitProblems, shortName } from './diagnostics.js';
import { scanJson } from './json-text.js';
import { migrate } from './migrations.js';
import { isListOfRequiredFiles } from './required-files.js';
import { failure, type Result, success } from './result.js';
import { parseLink, WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from './workflow.js';

/** Reads a workflow file: limits, JSON, version, migrations, then the form of every node; all problems of the form at once. */
export function parseWorkflow(text: string): Result<Workflow> {
  // Characters are at most bytes, so this refuses nothing that fits.
  if (text.length > MAX_WORKFLOW_BYTES) {
    return failure({ code: 'too-large', sizeBytes: text.length, limitBytes: MAX_WORKFLOW_BYTES });
  }
  const mistake = scanJson(text);
  return mistake ? failure(mistake) : readWorkflow(JSON.parse(text));
}

/** Reads a workflow that has been parsed already, as from a request body. */
export function readWorkflow(value: unknown): Result<Workflow> {
  if (!isRecord(value)) return failure({ code: 'wrong-format', got: describeValue(value) });
  if (value['format'] !== WORKFLOW_FORMAT) {
    return failure({ code: 'wrong-format', got: describeValue(value['format']) });
  }
  const version = value['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return failure(wrongShape('"version"', 'a whole number from 1', version));
  }
  if (version > WORKFLOW_VERSION) {
    return failure({ code: 'newer-version', version, supported: WORKFLOW_VERSION });
  }
  const file = migrate(value, version);
  const problems = limitProblems([...checkFile(file)]);
  // The checks above are what makes the cast true.
  return problems.length > 0 ? failure(...problems) : success(file as unknown as Workflow);
}

/** The text in which a workflow is saved: sorted keys, two spaces (see {@link indentationOf}), a newline at the end. */
export function formatWorkflow(workflow: Workflow): string {
  return `${canonicalJson(workflow, indentationOf(workflow))}\n`;
}

/** Describes any value briefly, so that the user recognizes it. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return 'an object';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* checkFile(file: Readonly<Record<string, unknown>>): Iterable<Diagnostic> {
  yield* checkOptional(file, 'title', '"title"', 'a text', (value) => typeof value === 'string');
  yield* checkOptional(file, 'description', '"description"', 'a text', (value) => typeof value === 'string');
  yield* checkOptional(
    file,
    'requires',
    '"requires"',
    'a list of models, each with "repository" as OWNER/NAME, and "file" and "folder" as paths',
    isListOfRequiredFiles,
  );
  yield* checkOptional(file, 'plugins', '"plugins"', 'an object of versions by package', isVersions);
  yield* checkOptional(file, 'layout', '"layout"', 'an object', isRecord);
  yield* checkInputs(file['inputs']);
  yield* checkSubgraphs(file['subgraphs']);
  yield* checkNodes(file['nodes'], '');
}

/** @param within the beginning of the message, as in `Subgraph "variation", ` */
function* checkNodes(nodes: unknown, within: string): Iterable<Diagnostic> {
  if (!isRecord(nodes)) {
    yield wrongShape(`${within}"nodes"`, 'an object of nodes by their id', nodes);
    return;
  }
  for (const [id, node] of Object.entries(nodes)) {
    if (!isNodeId(id)) yield { code: 'bad-node-id', id: id.slice(0, 80) };
    else yield* checkNode(`${within}Node "${id}"`, node);
  }
}

function* checkSubgraphs(subgraphs: unknown): Iterable<Diagnostic> {
  if (subgraphs === undefined) return;
  if (!isRecord(subgraphs)) {
    yield wrongShape('"subgraphs"', 'an object of subgraphs by their name', subgraphs);
    return;
  }
  for (const [name, subgraph] of Object.entries(subgraphs)) {
    const at = `Subgraph ${JSON.stringify(name.slice(0, 80))}`;
    if (!isNodeId(name)) yield wrongShape(at, 'a name of 1 to 64 letters, digits, "_" or "-"', name);
    else if (!isRecord(subgraph)) yield wrongShape(at, 'an object with "nodes"', subgraph);
    else {
      yield* checkNodes(subgraph['nodes'], `${at}, `);
      yield* checkOptional(subgraph, 'title', `${at}, "title"`, 'a text', (value) => typeof value === 'string');
      yield* checkOptional(subgraph, 'layout', `${at}, "layout"`, 'an object', isRecord);
      yield* checkPorts(subgraph['inputs'], `${at}, "inputs"`, 'an object with "type" and "to"', isSubgraphInput);
      for (const key of ['outputs', 'params'] as const) {
        const expected = key === 'outputs' ? 'a source written "node.output"' : 'a param written "node.param"';
        yield* checkPorts(subgraph[key], `${at}, "${key}"`, expected, isPlace);
      }
    }
  }
}

function* checkPorts(
  ports: unknown,
  at: string,
  expected: string,
  fits: (value: unknown) => boolean,
): Iterable<Diagnostic> {
  if (ports === undefined) return;
  if (!isRecord(ports)) {
    yield wrongShape(at, 'an object by their name', ports);
    return;
  }
  for (const [name, port] of Object.entries(ports)) {
    if (!isNodeId(name)) yield wrongShape(at, 'names of 1 to 64 letters, digits, "_" or "-"', name);
    else if (!fits(port)) yield wrongShape(`${at}, "${name}"`, expected, port);
  }
}

function isSubgraphInput(value: unknown): boolean {
  return (
    isRecord(value) && typeof value['type'] === 'string' && Array.isArray(value['to']) && value['to'].every(isPlace)
  );
}

function isPlace(value: unknown): boolean {
  return typeof value === 'string' && parseLink(value) !== undefined;
}

function* checkInputs(inputs: unknown): Iterable<Diagnostic> {
  if (inputs === undefined) return;
  if (!isRecord(inputs)) {
    yield wrongShape('"inputs"', 'an object of inputs by their name', inputs);
    return;
  }
  for (const [name, input] of Object.entries(inputs)) {
    const at = `Workflow input ${JSON.stringify(name.slice(0, 80))}`;
    if (!isNodeId(name)) yield wrongShape(at, 'a name of 1 to 64 letters, digits, "_" or "-"', name);
    else if (!isRecord(input)) yield wrongShape(at, 'an object with "to"', input);
    else {
      const { to } = input;
      if (!isListOfPlaces(to)) yield wrongShape(`${at}, "to"`, 'a list of params, each written "node.param"', to);
      yield* checkOptional(input, 'order', `${at}, "order"`, 'a number', (value) => typeof value === 'number');
      for (const key of ['label', 'help']) {
        yield* checkOptional(input, key, `${at}, "${key}"`, 'a text', (value) => typeof value === 'string');
      }
    }
  }
}

function isListOfPlaces(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isPlace);
}

function* checkNode(at: string, node: unknown): Iterable<Diagnostic> {
  if (!isRecord(node)) {
    yield wrongShape(at, 'an object with a "type"', node);
    return;
  }
  if (typeof node['type'] !== 'string') yield wrongShape(`${at}, "type"`, 'the name of a node type', node['type']);
  yield* checkOptional(node, 'title', `${at}, "title"`, 'a text', (value) => typeof value === 'string');
  yield* checkOptional(node, 'mode', `${at}, "mode"`, '"bypass" or "mute"', isNodeMode);
  yield* checkOptional(node, 'inputs', `${at}, "inputs"`, 'an object of links by input', isRecord);
  yield* checkOptional(node, 'params', `${at}, "params"`, 'an object of values by param', isRecord);
  for (const group of ['inputs', 'params']) {
    const entries = node[group];
    if (!isRecord(entries)) continue;
    for (const [key, value] of Object.entries(entries)) {
      if (isReservedKey(key)) yield wrongShape(`${at}, "${group}"`, 'names other than those JavaScript reserves', key);
      else if (group === 'inputs' && typeof value !== 'string') {
        yield wrongShape(`${at}, input "${shortName(key)}"`, 'a source written "node.output"', value);
      }
    }
  }
}

function* checkOptional(
  record: Readonly<Record<string, unknown>>,
  key: string,
  at: string,
  expected: string,
  fits: (value: unknown) => boolean,
): Iterable<Diagnostic> {
  if (record[key] !== undefined && !fits(record[key])) yield wrongShape(at, expected, record[key]);
}

function isVersions(value: unknown): boolean {
  return (
    isRecord(value) && Object.entries(value).every(([name, version]) => !isReservedKey(name) && isVersion(version))
  );
}

function isNodeMode(value: unknown): boolean {
  return value === 'bypass' || value === 'mute';
}

function wrongShape(at: string, expected: string, got: unknown): Diagnostic {
  return { code: 'wrong-shape', at, expected, got: describeValue(got) };
}
