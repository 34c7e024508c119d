import { canonicalJson } from './canonical-json.js';
import type { Diagnostic } from './diagnostics.js';
import type { NodeDefinition } from './node-definition.js';
import type { CheckpointParam, ImageParam } from './params.js';
import type { Plan, PlannedNode } from './plan.js';
import { failure, type Result, success } from './result.js';

export type FileParam = ImageParam | CheckpointParam;

/** What fingerprints need from the host. */
export interface FingerprintEnvironment {
  /** sha256 of a text, in hex. */
  hash(text: string): string;
  /**
   * What a file param's value stands for: a picture's content hash, a checkpoint's identity.
   *
   * @throws Error whose message tells the user what is wrong with the file and what to do
   */
  identify(param: FileParam, value: string): Promise<string>;
}

/** A plan whose nodes each have a name for their result; equal names mean equal results. */
export interface FingerprintedPlan<Node extends NodeDefinition = NodeDefinition> extends Plan<Node> {
  /** One for each of `nodes`, in their order. */
  readonly fingerprints: readonly string[];
  /** Likewise: the params that the fingerprints are made of, files by what they stand for. */
  readonly identifiedParams: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Names every node's result by all that decides it (a Merkle tree): type, version, params, and the fingerprints of its
 * inputs. A file param counts by what it stands for. Every file that cannot be read is reported, each once a node.
 */
export async function fingerprintPlan<Node extends NodeDefinition>(
  plan: Plan<Node>,
  environment: FingerprintEnvironment,
): Promise<Result<FingerprintedPlan<Node>>> {
  const { identities, problems } = await identifyFiles(plan, environment);
  if (problems.length > 0) return failure(...problems);
  const fingerprints: string[] = [];
  const identifiedParams: Readonly<Record<string, unknown>>[] = [];
  for (const [place, node] of plan.nodes.entries()) {
    const inputs = node.inputs.map(({ input, source, output }) => [input, fingerprints[source], output] as const);
    const { type, version } = node.definition;
    const params = identities.get(place) ?? node.params;
    identifiedParams.push(params);
    fingerprints.push(fingerprintNode({ type, version, params, inputs }, environment.hash));
  }
  return success({ ...plan, fingerprints, identifiedParams });
}

/** All that decides a node's result. */
interface Deciding {
  readonly type: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly (readonly [input: string, fingerprint: string | undefined, output: string])[];
}

/** The name of one node's result. */
export function fingerprintNode({ type, version, params, inputs }: Deciding, hash: (text: string) => string): string {
  return hash(canonicalJson([type, version, params, inputs]));
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
    for (const [name, param] of fileParams(node)) {
      const value = String(node.params[name]);
      const key = `${param.kind} ${value}`;
      const identity = known.get(key) ?? environment.identify(param, value);
      known.set(key, identity);
      try {
        identities.set(place, { ...(identities.get(place) ?? node.params), [name]: await identity });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        problems.push({ code: 'file-problem', node: node.id, type: node.definition.type, param: name, problem });
      }
    }
  }
  return { identities, problems };
}

const fileParamsOf = new WeakMap<NodeDefinition, readonly (readonly [string, FileParam])[]>();

function fileParams({ definition }: PlannedNode): readonly (readonly [string, FileParam])[] {
  const known = fileParamsOf.get(definition);
  if (known !== undefined) return known;
  const found = Object.entries(definition.params).flatMap(([name, param]) =>
    param.kind === 'image' || param.kind === 'checkpoint' ? [[name, param] as const] : [],
  );
  fileParamsOf.set(definition, found);
  return found;
}
