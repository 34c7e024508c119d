import type { Extent, Plan } from '@unclip-studio/graph-core';
import {
  type BuiltModel,
  isModelPort,
  type ModelRequest,
  type UnclipNode,
  type UnclipServices,
} from '@unclip-studio/nodes-unclip';
import { needsOfModels } from '../services/model-needs.js';

type PlannedNodes = Plan<UnclipNode>['nodes'];
type Checkpoints = UnclipServices['checkpoints'];

/** A model that a node will run. */
export interface ExpectedUse {
  readonly model: ModelRequest;
  readonly times: number;
}

/** What comes out of a node, as far as it is known before the run. */
type Expected =
  | { readonly kind: 'models'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'extent'; readonly extent: Extent };

const UNKNOWN: Extent = { rows: 1 };

/**
 * The models that the nodes of a plan run, told by the nodes themselves: those that hand out models are evaluated, which
 * opens checkpoints and loads nothing, and the others asked.
 *
 * @returns for each node, in the plan's order
 * @throws CheckpointError if a checkpoint cannot be opened
 */
export async function expectedUses(
  nodes: PlannedNodes,
  checkpoints: Checkpoints,
): Promise<readonly (readonly ExpectedUse[])[]> {
  const expected: Expected[] = [];
  const uses: (readonly ExpectedUse[])[] = [];
  for (const { definition, params, inputs } of nodes) {
    const known = inputs.map(({ input, source, output }) => [input, comingFrom(expected[source], output)] as const);
    const args = { inputs: Object.fromEntries(known), params };
    if (handsOutModels(definition)) {
      expected.push({ kind: 'models', values: await openModels(definition, args, checkpoints) });
      uses.push([]);
      continue;
    }
    const estimate = definition.models?.(args) ?? { uses: [], extent: widest(known.map(([, value]) => value)) };
    expected.push({ kind: 'extent', extent: estimate.extent });
    uses.push(estimate.uses);
  }
  return uses;
}

/**
 * What the models of the nodes that will run take at the most, weights and working memory, estimated.
 *
 * @param willRun places in `nodes`
 * @returns bytes; `undefined` if no model will run, or a checkpoint cannot be opened
 */
export async function forecastMemory(
  nodes: PlannedNodes,
  willRun: ReadonlySet<number>,
  { checkpoints, budgetBytes }: { readonly checkpoints: Checkpoints; readonly budgetBytes: number },
): Promise<number | undefined> {
  // No checkpoint is opened for a run that only takes results from the cache.
  if (![...willRun].some((place) => nodes[place]?.definition.models !== undefined)) return undefined;
  // What is wrong with a checkpoint is told by the run's own checks, with all its words.
  const uses = await expectedUses(nodes, checkpoints).catch(() => undefined);
  const models = new Map<string, BuiltModel>();
  for (const place of willRun) {
    for (const { model } of uses?.[place] ?? []) if (!models.has(model.key)) models.set(model.key, model.build());
  }
  if (models.size === 0) return undefined;
  // The least recently used one goes first where there is no room for all.
  const { togetherBytes, largestBytes } = needsOfModels([...models.values()]);
  return Math.round(Math.max(largestBytes, Math.min(togetherBytes, budgetBytes)));
}

function handsOutModels({ outputs }: UnclipNode): boolean {
  const ports = Object.values(outputs);
  return ports.length > 0 && ports.every(isModelPort);
}

function openModels(
  { evaluate }: UnclipNode,
  args: object,
  checkpoints: Checkpoints,
): Promise<Readonly<Record<string, unknown>>> {
  return evaluate(args, {
    // Such a node asks for checkpoints and nothing else.
    services: { checkpoints } as UnclipServices,
    signal: { aborted: false, throwIfAborted() {} },
    progress() {},
    preview() {},
    publish() {},
  });
}

function comingFrom(expected: Expected | undefined, output: string): unknown {
  if (expected === undefined) return UNKNOWN;
  return expected.kind === 'models' ? expected.values[output] : expected.extent;
}

/** What goes through a node that says nothing of itself: as many rows as the most that come in. */
function widest(values: readonly unknown[]): Extent {
  const extents = values.filter(isExtent);
  return extents.reduce((most, extent) => (extent.rows > most.rows ? extent : most), extents[0] ?? UNKNOWN);
}

function isExtent(value: unknown): value is Extent {
  return typeof value === 'object' && value !== null && 'rows' in value && typeof value.rows === 'number';
}
