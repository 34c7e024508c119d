import { fingerprintNode, type Plan, type PlannedNode } from '@unclip-studio/graph-core';
import { sha256 } from '../common/sha256.js';
import { isKeepable } from '../services/results/kept-results.js';
import { partsOfPlan } from './parts-of-plan.js';

/** What decides which worker a run goes to. */
export interface RunNeeds {
  /** Names of the checkpoints that its nodes open, each once. */
  readonly checkpoints: readonly string[];
  /** Nodes whose results could be there already -> the name of the result, the same in every run that shares it. */
  readonly results: ReadonlyMap<string, string>;
  /** Those of these results that are stored where other workers can find them. */
  readonly kept: ReadonlySet<string>;
  /** Targets of what several workers could make at once; see {@link partsOfPlan}. */
  readonly parts: readonly (readonly string[])[];
}

/** Of a run that cannot be planned: whichever worker gets it says why. */
export const NEEDS_NOTHING: RunNeeds = { checkpoints: [], results: new Map(), kept: new Set(), parts: [] };

// Shared nodes are at the beginning of runs, and remembering a long chain would cost more memory than it is worth.
const MOST_RESULTS = 200;

/**
 * Names each node's result by all that decides it, as fingerprints do, but with checkpoints by name: the files are on
 * other machines. So names are good for telling runs that share work, and for nothing else.
 *
 * @param images name of an uploaded image -> its sha256
 */
export function needsOf(plan: Plan, images: Readonly<Record<string, string>>): RunNeeds {
  const checkpoints = new Set<string>();
  const results = new Map<string, string>();
  const kept = new Set<string>();
  const names: string[] = [];
  for (const node of plan.nodes) {
    for (const name of checkpointsOf(node)) checkpoints.add(name);
    // Only names of further results would follow.
    if (results.size === MOST_RESULTS) continue;
    const inputs = node.inputs.map(({ input, source, output }) => [input, names[source], output] as const);
    const { type, version, plugin } = node.definition;
    const name = fingerprintNode({ type, version, params: withContents(node, images), inputs, plugin }, shortHash);
    names.push(name);
    if (!isWorthSharing(node)) continue;
    results.set(node.id, name);
    if (isKeepable(node.definition)) kept.add(name);
  }
  return { checkpoints: [...checkpoints], results, kept, parts: partsOfPlan(plan) };
}

function checkpointsOf({ definition, params }: PlannedNode): readonly string[] {
  return Object.entries(definition.params).flatMap(([name, param]) =>
    // Workers report their checkpoints, and no other models.
    param.kind === 'checkpoint' && param.model === undefined ? [String(params[name])] : [],
  );
}

function withContents({ definition, params }: PlannedNode, images: Readonly<Record<string, string>>) {
  const contents = Object.entries(definition.params).flatMap(([name, { kind }]) => {
    const image = String(params[name]);
    return kind === 'image' && Object.hasOwn(images, image) ? [[name, images[image]] as const] : [];
  });
  return contents.length === 0 ? params : { ...params, ...Object.fromEntries(contents) };
}

/** Opening a file is not worth sharing, and side effects happen in each run. */
function isWorthSharing({ definition, inputs }: PlannedNode): boolean {
  return !definition.sideEffects && inputs.length > 0;
}

function shortHash(text: string): string {
  return sha256(text).slice(0, 32);
}
