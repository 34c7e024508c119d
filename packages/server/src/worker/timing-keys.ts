import {
  canonicalJson,
  finish,
  NODES_A_STEP,
  type NodeDefinition,
  type PlannedNode,
  type Steps,
} from '@unclip-studio/graph-core';
import type { TimedPart } from '@unclip-studio/protocol';
import { sha256 } from '../common/sha256.js';
import type { ModelRun } from '../services/ort-sessions.js';

// What a seed, a text or an image says does not change how long a node takes; numbers and choices do.
const TELLS_NOTHING: ReadonlySet<string> = new Set(['seed', 'text', 'image']);

type Timing = TimedPart['timings'][number];

/** What may be known of how long a node takes, whichever models it runs. */
export interface NodeWork {
  /** All of it. */
  readonly whole: TimedPart;
  /** Its work other than running models. */
  readonly rest: TimedPart;
  /** The last timing of each is that of the node's type; it needs no digest of the params. */
  readonly ofType: { readonly whole: Timing; readonly rest: Timing };
}

type NodesOfPlan = readonly Pick<PlannedNode, 'definition' | 'params' | 'inputs'>[];

/**
 * Of each node of a plan, in its order.
 *
 * @param on what models run on, see `optionOf`: only work other than running models takes as long on all devices
 */
export function workOfPlan(nodes: NodesOfPlan, on: string): readonly NodeWork[] {
  return finish(workInSteps(nodes, on));
}

/** The same, bit by bit. */
export function* workInSteps(nodes: NodesOfPlan, on: string): Steps<readonly NodeWork[]> {
  const rows: number[] = [];
  const work: NodeWork[] = [];
  for (const [place, { definition, params, inputs }] of nodes.entries()) {
    if (place % NODES_A_STEP === 0) yield;
    const comingIn = Math.max(1, ...inputs.map(({ source }) => rows[source] ?? 1));
    const isOne = Number(params[definition.batch?.only ?? ''] ?? 0) > 0;
    rows[place] = isOne ? 1 : comingIn * product(definition.duration?.rows, params);
    const units = (rows[place] ?? 1) * product(definition.duration?.each, params);
    work.push(workOfNode({ definition, params }, rows[place] ?? 1, { units, on }));
  }
  return work;
}

/** Of those that are numbers above 0. */
function product(names: readonly string[] = [], params: PlannedNode['params']): number {
  return names.reduce((units, name) => {
    const value = params[name];
    return typeof value === 'number' && value > 0 ? units * value : units;
  }, 1);
}

// The digests are computed on demand: a run of many short nodes needs none of them.
function workOfNode(
  { definition, params }: Pick<PlannedNode, 'definition' | 'params'>,
  rows: number,
  { units, on }: { readonly units: number; readonly on: string },
): NodeWork {
  const { type } = definition;
  let digests: readonly [exact: string, alike: string] | undefined;
  // With all its settings, with those that its work does not depend on, then for its type as a whole.
  const part = (word: string, suffix: string): TimedPart => {
    digests ??= digestsOf(definition, params, rows);
    const [exact, alike] = digests;
    const keys = [`${type} ${word} ${exact}`, `${type} ${word} of ${alike}`, `${type} ${word}`];
    return { timings: keys.map((key) => ({ key: `${key}${suffix}`, units })) };
  };
  return {
    get whole() {
      return part('unit', suffixOf(on));
    },
    get rest() {
      return part('rest', '');
    },
    ofType: { whole: { key: `${type} unit${suffixOf(on)}`, units }, rest: { key: `${type} rest`, units } },
  };
}

/** Times of the CPU in float32 have the keys that they had before devices were told apart. */
function suffixOf(on: string): string {
  return on === 'cpu' ? '' : ` on ${on}`;
}

function digestsOf(definition: NodeDefinition, params: PlannedNode['params'], rows: number): readonly [string, string] {
  const telling = Object.entries(params).filter(
    ([name]) => !TELLS_NOTHING.has(definition.params[name]?.kind ?? 'text'),
  );
  const counted = countedBy(definition);
  return [digest([rows, telling]), digest(telling.filter(([name]) => !counted.has(name)))];
}

function countedBy({ duration }: NodeDefinition): ReadonlySet<string> {
  return new Set([...(duration?.each ?? []), ...(duration?.rows ?? [])]);
}

function digest(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 16);
}

/** The timings of a model that is to run. */
export interface ExpectedRuns {
  readonly model: ModelRun['model'];
  readonly on: ModelRun['on'];
  readonly times: number;
  readonly rows: number;
  /** Of one run. */
  readonly multiplyAdds: number;
}

/** The runs of a model: by what the same runs took, or else by the speed of the same network at other sizes. */
export function modelPart({ model, on, times, rows, multiplyAdds }: ExpectedRuns): TimedPart {
  return {
    timings: [
      { key: runKey(model, rows, on), units: times },
      { key: speedKey(model, on), units: times * unitsOf(multiplyAdds) },
    ],
  };
}

/** Loading a model: the measured time, or else that of the same network for other sizes. */
export function loadPart({ model, on }: Pick<ModelRun, 'model' | 'on'>): TimedPart {
  const keys = [digest(model.key), familyOf(model)].map((name) => `load ${name}${suffixOf(on)}`);
  return { timings: keys.map((key) => ({ key, units: 1 })) };
}

function runKey({ key }: ModelRun['model'], rows: number, on: string): string {
  return `run ${digest([key, rows])}${suffixOf(on)}`;
}

function speedKey(model: ModelRun['model'], on: string): string {
  return `speed ${familyOf(model)}${suffixOf(on)}`;
}

function familyOf({ key, family = key }: ModelRun['model']): string {
  return digest(family);
}

// A call takes as long as this many more multiply-adds, regardless of its size: measured with small networks, whose
// hundreds of operations have little to compute each.
const UNITS_A_CALL = 5e7;

function unitsOf(multiplyAdds: number): number {
  return (multiplyAdds + UNITS_A_CALL) / 1e9;
}

// Below this, a node is not worth a row of its own; a forecast by its type is enough.
const WORTH_REMEMBERING_MS = 5;

/** The timings of a run. */
export interface RunTimings {
  /** Each evaluated node, its duration, and the part of it spent in its models. */
  readonly nodes: Iterable<readonly [NodeWork, durationMs: number, modelsMs: number]>;
  readonly models: Iterable<ModelRun>;
}

/** @returns what to remember of a run: timing key -> milliseconds for a unit of work */
export function summarizeTimings({ nodes, models }: RunTimings): readonly (readonly [string, number])[] {
  const sums = new Map<string, { totalMs: number; units: number }>();
  const add = (key: string, ms: number, units: number) => {
    const sum = sums.get(key) ?? { totalMs: 0, units: 0 };
    sums.set(key, { totalMs: sum.totalMs + ms, units: sum.units + units });
  };
  const addPart = (work: NodeWork, part: 'whole' | 'rest', ms: number) => {
    if (ms >= WORTH_REMEMBERING_MS) for (const { key, units } of work[part].timings.slice(0, -1)) add(key, ms, units);
    add(work.ofType[part].key, ms, work.ofType[part].units);
  };
  for (const [work, durationMs, modelsMs] of nodes) {
    addPart(work, 'whole', durationMs);
    addPart(work, 'rest', Math.max(0, durationMs - modelsMs));
  }
  for (const { model, on, rows, multiplyAdds, loadMs, runMs } of models) {
    add(runKey(model, rows, on), runMs, 1);
    add(speedKey(model, on), runMs, unitsOf(multiplyAdds));
    if (loadMs > 0) for (const { key } of loadPart({ model, on }).timings) add(key, loadMs, 1);
  }
  return [...sums].map(([key, { totalMs, units }]) => [key, totalMs / units]);
}

/**
 * @param unitMs the stored timings: timing key -> milliseconds
 * @returns `undefined` if nothing is known of one of the parts
 */
export function expectedMsOf(parts: readonly TimedPart[], unitMs: ReadonlyMap<string, number>): number | undefined {
  let totalMs = 0;
  for (const { timings } of parts) {
    const known = timings.find(({ key }) => unitMs.has(key));
    if (known === undefined) return undefined;
    totalMs += (unitMs.get(known.key) ?? 0) * known.units;
  }
  return totalMs;
}

export function timingKeysOf(parts: readonly TimedPart[]): readonly string[] {
  return parts.flatMap(({ timings }) => timings.map(({ key }) => key));
}
