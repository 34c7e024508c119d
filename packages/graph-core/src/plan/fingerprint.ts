import type { Reason } from '@unclip-studio/protocol';
import { type NodeDefinition, type PluginOrigin, versionOf } from '../definition/node-definition.js';
import { type CheckpointParam, filesInText, type ImageParam, type Param } from '../definition/params.js';
import { becauseOf } from '../definition/reasons.js';
import { canonicalJson } from '../document/canonical-json.js';
import type { Diagnostic } from '../document/diagnostics.js';
import { failure, type Result, success } from '../document/result.js';
import type { Plan, PlannedNode } from './plan.js';

export type FileParam = ImageParam | CheckpointParam;

/** What fingerprints need from the host. */
export interface FingerprintEnvironment {
  /** sha256 of a text, in hex. */
  hash(text: string): string;
  /**
   * The content that a file param's value refers to: an image's hash, a checkpoint's identity.
   *
   * @throws Error whose message tells the user what is wrong with the file and what to do
   */
  identify(param: FileParam, value: string): Promise<string>;
  /**
   * Which outputs a node with this file lacks, by their type, with a message; none when left out. Called only for files
   * that could be identified.
   */
  missingOutputs?(param: FileParam, value: string): Promise<Readonly<Record<string, MissingOutput>>>;
}

/** Why a node gives no value at an output, in words and as data. */
export interface MissingOutput {
  readonly absent: string;
  readonly because?: Reason | undefined;
}

/** A plan whose nodes each have a name for their result; equal names mean equal results. */
export interface FingerprintedPlan<Node extends NodeDefinition = NodeDefinition> extends Plan<Node> {
  /** One for each of `nodes`, in their order. */
  readonly fingerprints: readonly string[];
  /** Likewise: the params in fingerprints, with files by their content, without added params at their default. */
  readonly identifiedParams: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Names every node's result by everything that determines it (a Merkle tree): type, version, params, and the
 * fingerprints of its inputs. A file param counts by its content. Every file that cannot be read is reported, once per
 * node.
 *
 * @param last of the same plan; returned, without hashing anything again, if no file has changed
 */
export async function fingerprintPlan<Node extends NodeDefinition>(
  plan: Plan<Node>,
  environment: FingerprintEnvironment,
  last?: FingerprintedPlan<Node>,
): Promise<Result<FingerprintedPlan<Node>>> {
  const { identities, problems } = await identifyFiles(plan, environment);
  if (problems.length > 0) return failure(...problems);
  const unmet = await findUnmetLinks(plan, environment);
  if (unmet.length > 0) return failure(...unmet);
  if (last !== undefined && areFilesSame(plan, identities, last)) return success(last);
  const fingerprints: string[] = [];
  const identifiedParams: Readonly<Record<string, unknown>>[] = [];
  for (const [place, node] of plan.nodes.entries()) {
    const inputs = node.inputs.map(({ input, source, output }) => [input, fingerprints[source], output] as const);
    const { type, plugin } = node.definition;
    const version = versionOf(node.definition, node.params);
    const params = withoutAddedDefaults(node, identities.get(place) ?? node.params);
    identifiedParams.push(params);
    fingerprints.push(fingerprintNode({ type, version, params, inputs, plugin }, environment.hash));
  }
  return success({ ...plan, nodes: readTwinsOnce(plan.nodes, fingerprints), fingerprints, identifiedParams });
}

const addedParamsOf = new WeakMap<NodeDefinition, readonly (readonly [string, Param])[]>();

/** What a param that was added later does at its default is what the node did before. */
function withoutAddedDefaults(
  { definition }: PlannedNode,
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const added =
    addedParamsOf.get(definition) ?? Object.entries(definition.params).filter(([, param]) => param.added === true);
  addedParamsOf.set(definition, added);
  const unused = added.filter(([name, param]) => params[name] === param.default).map(([name]) => name);
  if (unused.length === 0) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !unused.includes(name)));
}

function areFilesSame(
  { nodes }: Plan,
  identities: Identified['identities'],
  { identifiedParams }: FingerprintedPlan,
): boolean {
  return nodes.every((node, place) =>
    filesOf(node).every(({ name }) => identities.get(place)?.[name] === identifiedParams[place]?.[name]),
  );
}

/**
 * Lets all readers use the first of several equivalent nodes, so that the others need not be evaluated: a subgraph that
 * is used twice with the same image encodes it once.
 */
function readTwinsOnce<Node extends NodeDefinition>(
  nodes: readonly PlannedNode<Node>[],
  fingerprints: readonly string[],
): readonly PlannedNode<Node>[] {
  const first = new Map<string, number>();
  const twins = fingerprints.map((fingerprint, place) => {
    const twin = first.get(fingerprint) ?? place;
    first.set(fingerprint, twin);
    return twin;
  });
  if (first.size === nodes.length) return nodes;
  return nodes.map((node) => {
    const isSame = node.inputs.every(({ source }) => twins[source] === source);
    if (isSame) return node;
    return { ...node, inputs: node.inputs.map((input) => ({ ...input, source: twins[input.source] ?? input.source })) };
  });
}

/** All that decides a node's result. */
interface Deciding {
  readonly type: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly (readonly [input: string, fingerprint: string | undefined, output: string])[];
  /** Left out for nodes of this program. */
  readonly plugin?: PluginOrigin | undefined;
}

/** The name of one node's result. */
export function fingerprintNode(
  { type, version, params, inputs, plugin }: Deciding,
  hash: (text: string) => string,
): string {
  const origin = plugin === undefined ? [] : [`${plugin.name}@${plugin.version} ${plugin.sha256}`];
  return hash(canonicalJson([type, version, params, inputs, ...origin]));
}

interface Identified {
  /** Place in the plan -> the node's params, with identities in place of file names. */
  readonly identities: ReadonlyMap<number, Readonly<Record<string, unknown>>>;
  readonly problems: readonly Diagnostic[];
}

async function identifyFiles(plan: Plan, environment: FingerprintEnvironment): Promise<Identified> {
  const known = new Map<string, Promise<string>>();
  const identities = new Map<number, Readonly<Record<string, unknown>>>();
  const problems: Diagnostic[] = [];
  for (const [place, node] of plan.nodes.entries()) {
    for (const { param, name, paramName, file: value, isOptional } of filesOf(node)) {
      const key = `${param.kind} ${param.kind === 'checkpoint' ? (param.model ?? '') : ''} ${value}`;
      const identity = known.get(key) ?? environment.identify(param, value);
      known.set(key, identity);
      try {
        identities.set(place, { ...(identities.get(place) ?? node.params), [name]: await identity });
      } catch (error) {
        if (isOptional) {
          // The node reports problems of a file that exists.
          identities.set(place, { ...(identities.get(place) ?? node.params), [name]: null });
          continue;
        }
        const problem = error instanceof Error ? error.message : String(error);
        const at = { node: node.id, type: node.definition.type, param: paramName };
        problems.push({ code: 'file-problem', ...at, problem, ...becauseOf(error) });
      }
    }
  }
  return { identities, problems };
}

/** The links from outputs that a node has by its definition, but not with the file that it names. */
async function findUnmetLinks(
  plan: Plan,
  { missingOutputs }: Pick<FingerprintEnvironment, 'missingOutputs'>,
): Promise<readonly Diagnostic[]> {
  if (missingOutputs === undefined) return [];
  const missing = new Map<number, Readonly<Record<string, MissingOutput>>>();
  for (const [place, node] of plan.nodes.entries()) {
    for (const [name, param] of fileParams(node)) {
      const found = await missingOutputs(param, String(node.params[name]));
      if (Object.keys(found).length > 0) missing.set(place, { ...missing.get(place), ...found });
    }
  }
  if (missing.size === 0) return [];
  return plan.nodes.flatMap(({ id: node, definition: { type }, inputs }) =>
    inputs.flatMap(({ input, source, output }) => {
      const maker = plan.nodes[source];
      const found = missing.get(source)?.[maker?.definition.outputs[output]?.type ?? ''];
      if (maker === undefined || found === undefined) return [];
      const { absent: problem, because } = found;
      return [
        {
          code: 'missing-output',
          node,
          type,
          input,
          source: maker.id,
          output,
          problem,
          ...(because && { because }),
        } as const,
      ];
    }),
  );
}

/** A file that a node reads. */
export interface FileOfNode {
  /** The name of the param; of a file that a text names, the text's and the file's. */
  readonly name: string;
  /** The name of the param that names it. */
  readonly paramName: string;
  readonly param: FileParam;
  readonly file: string;
  /** It may be missing. */
  readonly isOptional: boolean;
}

/** All files that a node reads: those of its params, and those that its texts name. */
export function filesOf(node: Pick<PlannedNode, 'definition' | 'params'>): readonly FileOfNode[] {
  const { definition, params } = node;
  const own = fileParams(node).map(([name, param]) => ({
    ...{ name, paramName: name, param, file: String(params[name]) },
    isOptional: false,
  }));
  const named = Object.entries(definition.params).flatMap(([name, param]) => {
    if (param.kind !== 'text' || param.files === undefined) return [];
    const { model, optionalWhere } = param.files;
    const asParam: FileParam = { kind: 'checkpoint', model, default: '', help: param.help };
    return filesInText(param.files, String(params[name])).map((file) => ({
      name: `${name} ${model}:${file}`,
      paramName: name,
      param: asParam,
      file,
      isOptional: optionalWhere !== undefined && params[optionalWhere.param] === optionalWhere.is,
    }));
  });
  return [...own, ...named];
}

const fileParamsOf = new WeakMap<NodeDefinition, readonly (readonly [string, FileParam])[]>();

function fileParams({ definition }: Pick<PlannedNode, 'definition'>): readonly (readonly [string, FileParam])[] {
  const known = fileParamsOf.get(definition);
  if (known !== undefined) return known;
  const found = Object.entries(definition.params).flatMap(([name, param]) =>
    param.kind === 'image' || param.kind === 'checkpoint' ? [[name, param] as const] : [],
  );
  fileParamsOf.set(definition, found);
  return found;
}
