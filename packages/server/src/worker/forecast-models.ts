import type { Extent, ModelUse, Plan } from '@unclip-studio/graph-core';
import {
  type BuiltModel,
  fitsInto,
  isModelPort,
  type ModelRequest,
  takesModels,
  type UnclipNode,
  type UnclipServices,
} from '@unclip-studio/nodes-unclip';
import type { TimedPart } from '@unclip-studio/protocol';
import { type Device, optionOf, partOf } from '../services/devices/device.js';
import { needsOfModels } from '../services/model-needs.js';
import type { OrtSessions } from '../services/ort-sessions.js';
import { loadPart, modelPart, workOfPlan } from './timing-keys.js';

type PlannedNodes = Plan<UnclipNode>['nodes'];
type Checkpoints = UnclipServices['checkpoints'];

/** A model that a node will run. */
export type ExpectedUse = ModelUse<ModelRequest>;

/** What comes out of a node, as far as it is known before the run. */
type Expected =
  | { readonly kind: 'models'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'extent'; readonly extent: Extent };

const UNKNOWN: Extent = { rows: 1 };

interface Expectations {
  readonly checkpoints: Checkpoints;
  /** What models may take together; no limit when left out. */
  readonly budgetBytes?: number | undefined;
}

/**
 * The models that the nodes of a plan run, reported by the nodes themselves: nodes that output models are evaluated,
 * which opens checkpoints and loads nothing, and the others are asked.
 *
 * @returns for each node, in the plan's order
 * @throws CheckpointError if a checkpoint cannot be opened
 */
export async function expectedUses(
  nodes: PlannedNodes,
  { checkpoints, budgetBytes }: Expectations,
): Promise<readonly (readonly ExpectedUse[])[]> {
  const fits = fitsInto(budgetBytes === undefined ? {} : { memoryBudgetBytes: budgetBytes }, sizesOf);
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
    const estimate = definition.models?.(args, fits) ?? { uses: [], extent: widest(known.map(([, value]) => value)) };
    expected.push({ kind: 'extent', extent: estimate.extent });
    uses.push(estimate.uses);
  }
  return uses;
}

/**
 * The models of the nodes that will run, by index.
 *
 * @returns `undefined` if a checkpoint cannot be opened, or a setting is wrong: the run's own checks say what
 */
export async function usesOfRun(
  nodes: PlannedNodes,
  willRun: ReadonlySet<number>,
  expectations: Expectations,
): Promise<ReadonlyMap<number, readonly ExpectedUse[]> | undefined> {
  // No checkpoint is opened for a run that only takes results from the cache.
  if (![...willRun].some((index) => takesModels(nodes[index]?.definition))) return new Map();
  const uses = await expectedUses(nodes, expectations).catch(() => undefined);
  return uses && new Map([...willRun].map((index) => [index, uses[index] ?? []]));
}

/**
 * What the models take at the most, weights and working memory, estimated.
 *
 * @returns bytes; `undefined` if no model will run
 */
export function forecastMemory(uses: readonly ExpectedUse[], budgetBytes: number): number | undefined {
  const models = new Map(uses.map(({ model }) => [model.key, sizesOf(model)]));
  if (models.size === 0) return undefined;
  // If there is not enough room for all, the least recently used one is unloaded first.
  const { togetherBytes, largestBytes } = needsOfModels([...models.values()]);
  return Math.round(Math.max(largestBytes, Math.min(togetherBytes, budgetBytes)));
}

/** Everything that takes time in each node: its models, loading them if needed, and the rest. */
export async function partsOfNodes(
  nodes: PlannedNodes,
  {
    uses,
    isLoaded,
    device,
  }: {
    readonly uses: Awaited<ReturnType<typeof usesOfRun>>;
    readonly isLoaded: OrtSessions['isLoaded'];
    readonly device: Device;
  },
): Promise<readonly (readonly TimedPart[])[]> {
  const work = workOfPlan(nodes, optionOf(device));
  if (uses === undefined) return work.map(({ whole }) => [whole]);
  const loaded = new Set<string>();
  const parts: TimedPart[][] = [];
  for (const [index, { rest }] of work.entries()) {
    const own: TimedPart[] = [rest];
    for (const { model, times, rows = 1 } of uses.get(index) ?? []) {
      const { multiplyAdds = 0, rowsAreFree } = sizesOf(model);
      const on = optionOf(partOf(device, model));
      own.push(
        modelPart({
          model,
          on,
          times,
          rows: rowsAreFree ? rows : 1,
          multiplyAdds: multiplyAdds * (rowsAreFree ? rows : 1),
        }),
      );
      if (!loaded.has(model.key) && !(await isLoaded(model))) own.push(loadPart({ model, on }));
      loaded.add(model.key);
    }
    parts.push(own);
  }
  return parts;
}

type ModelSizes = Omit<BuiltModel, 'bytes'>;

// Describing a large UNet takes 50 ms, and a forecast is made after each change.
const knownSizes = new Map<string, ModelSizes>();
const MAX_KNOWN_SIZES = 200;

function sizesOf(model: ModelRequest): ModelSizes {
  const known = knownSizes.get(model.key);
  if (known !== undefined) return known;
  const { bytes: _, ...sizes } = model.build();
  if (knownSizes.size >= MAX_KNOWN_SIZES) knownSizes.clear();
  knownSizes.set(model.key, sizes);
  return sizes;
}

function handsOutModels({ outputs }: UnclipNode): boolean {
  const ports = Object.values(outputs);
  return ports.length > 0 && ports.every(isModelPort);
}

const NO_INFERENCE: UnclipServices['inference'] = {
  run: () => Promise.reject(new Error('Internal error: a node that outputs models runs one')),
};

function openModels(
  { evaluate }: UnclipNode,
  args: object,
  checkpoints: Checkpoints,
): Promise<Readonly<Record<string, unknown>>> {
  return evaluate(args, {
    // Such a node uses only checkpoints; its messages are reported when it runs.
    services: { checkpoints, inference: NO_INFERENCE } as UnclipServices,
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

/** What goes through a node that says nothing of itself: as many rows as the most that come in, and what any of them carries. */
function widest(values: readonly unknown[]): Extent {
  const extents = values.filter(isExtent);
  const most = extents.reduce((widest, extent) => (extent.rows > widest.rows ? extent : widest), extents[0] ?? UNKNOWN);
  const carried = new Set(extents.flatMap((extent) => extent.carried ?? []));
  return carried.size === 0 ? most : { ...most, carried: [...carried] };
}

function isExtent(value: unknown): value is Extent {
  return typeof value === 'object' && value !== null && 'rows' in value && typeof value.rows === 'number';
}
