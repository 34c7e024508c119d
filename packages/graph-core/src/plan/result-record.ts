import type { RecordedNode } from '@unclip-studio/protocol';
import type { ResultRecord } from '../definition/evaluation.js';
import { versionOf } from '../definition/node-definition.js';
import { type FingerprintedPlan, filesOf, fingerprintNode } from './fingerprint.js';

/** @param place in `plan.nodes` */
export function recordResult(plan: FingerprintedPlan, place: number): ResultRecord {
  const needed = new Set<number>();
  const toVisit = [place];
  for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
    if (needed.has(next)) continue;
    needed.add(next);
    toVisit.push(...(plan.nodes[next]?.inputs ?? []).map(({ source }) => source));
  }
  // The order of the plan puts each node after all it reads.
  return [...needed].sort((a, b) => a - b).map((one) => recordNode(plan, one));
}

function recordNode({ nodes, fingerprints, identifiedParams }: FingerprintedPlan, place: number): RecordedNode {
  const node = nodes[place];
  const fingerprint = fingerprints[place];
  const params = identifiedParams[place];
  if (node === undefined || fingerprint === undefined || params === undefined) {
    throw new Error(`Internal error: the plan has no node ${place}`);
  }
  const { id, definition } = node;
  const files = filesOf(node).map(({ name, file }) => [name, file] as const);
  const inputs = node.inputs.map(({ input, source, output }) => ({ input, node: nodes[source]?.id ?? '', output }));
  return {
    ...{ id, type: definition.type, version: versionOf(definition, node.params), params },
    ...(files.length === 0 ? {} : { files: Object.fromEntries(files) }),
    ...(definition.plugin === undefined ? {} : { plugin: definition.plugin }),
    ...{ inputs, fingerprint },
  };
}

/**
 * Recomputes every fingerprint of a record.
 *
 * @returns ids of the nodes whose fingerprint does not match their record
 */
export function inconsistentNodes(record: ResultRecord, hash: (text: string) => string): readonly string[] {
  const fingerprints = new Map<string, string>();
  const wrong: string[] = [];
  for (const { id, type, version, params, inputs, plugin, fingerprint } of record) {
    const sources = inputs.map(({ input, node, output }) => [input, fingerprints.get(node), output] as const);
    if (
      fingerprintNode({ type, version, params, inputs: sources, plugin }, hash) !== fingerprint ||
      fingerprints.has(id)
    ) {
      wrong.push(id);
    }
    // What the record claims, so that one wrong node does not make all its readers wrong.
    fingerprints.set(id, fingerprint);
  }
  return wrong;
}

/** A place at which two results part: the same role in both, and something that is not the same. */
export interface RecordDifference {
  readonly a: RecordedNode;
  readonly b: RecordedNode;
  readonly what:
    | { readonly kind: 'type' }
    | { readonly kind: 'version' }
    | { readonly kind: 'param'; readonly param: string }
    | { readonly kind: 'input'; readonly input: string };
}

/**
 * The differences of two results, in the order of evaluation: nodes with the same role, from the results back along the
 * inputs, that differ in themselves. Nodes that differ only because of their inputs are not named.
 */
export function compareRecords(a: ResultRecord, b: ResultRecord): readonly RecordDifference[] {
  const [nodesA, nodesB] = [byId(a), byId(b)];
  const order = new Map(a.map(({ id }, place) => [id, place]));
  const seen = new Set<string>();
  const found: RecordDifference[] = [];
  const toVisit = [[a.at(-1), b.at(-1)] as const];
  for (let pair = toVisit.pop(); pair !== undefined; pair = toVisit.pop()) {
    const [one, other] = pair;
    if (one === undefined || other === undefined || one.fingerprint === other.fingerprint) continue;
    const key = `${one.id} ${other.id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(...ownDifferences(one, other));
    if (one.type !== other.type) continue;
    for (const { input, node } of one.inputs) {
      const same = other.inputs.find((candidate) => candidate.input === input);
      if (same !== undefined) toVisit.push([nodesA.get(node), nodesB.get(same.node)]);
    }
  }
  return found.sort((one, other) => (order.get(one.a.id) ?? 0) - (order.get(other.a.id) ?? 0));
}

function ownDifferences(a: RecordedNode, b: RecordedNode): readonly RecordDifference[] {
  if (a.type !== b.type) return [{ a, b, what: { kind: 'type' } }];
  const params = [...new Set([...Object.keys(a.params), ...Object.keys(b.params)])].filter(
    (param) => JSON.stringify(a.params[param]) !== JSON.stringify(b.params[param]),
  );
  const outputOf = (node: RecordedNode, input: string) => node.inputs.find((one) => one.input === input)?.output;
  const inputs = [...new Set([...a.inputs, ...b.inputs].map(({ input }) => input))].filter(
    (input) => outputOf(a, input) !== outputOf(b, input),
  );
  return [
    ...(a.version === b.version ? [] : [{ a, b, what: { kind: 'version' } as const }]),
    ...params.map((param) => ({ a, b, what: { kind: 'param', param } as const })),
    ...inputs.map((input) => ({ a, b, what: { kind: 'input', input } as const })),
  ];
}

function byId(record: ResultRecord): ReadonlyMap<string, RecordedNode> {
  return new Map(record.map((node) => [node.id, node]));
}
