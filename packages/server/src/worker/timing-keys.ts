import { createHash } from 'node:crypto';
import {
  canonicalJson,
  finish,
  NODES_A_STEP,
  type NodeDefinition,
  type PlannedNode,
  type Steps,
} from '@unclip-studio/graph-core';

// What a seed, a text or a picture says does not change how long a node takes; numbers and choices do.
const TELLS_NOTHING: ReadonlySet<string> = new Set(['seed', 'text', 'image']);

/** What a forecast needs to know of a node. */
export interface NodeWork {
  /**
   * The names under which a node's duration is remembered, for one unit of its work: with all its settings, with those
   * that its work does not grow with, then for its type as a whole.
   */
  readonly timingKeys: readonly [exact: string, alike: string, type: string];
  /** How many units there are: rows times steps, as the definition says it. */
  readonly units: number;
}

type NodesOfPlan = readonly Pick<PlannedNode, 'definition' | 'params' | 'inputs'>[];

/** Of each node of a plan, in its order. */
export function workOfPlan(nodes: NodesOfPlan): readonly NodeWork[] {
  return finish(workInSteps(nodes));
}

/** The same, bit by bit. */
export function* workInSteps(nodes: NodesOfPlan): Steps<readonly NodeWork[]> {
  const rows: number[] = [];
  const work: NodeWork[] = [];
  for (const [place, { definition, params, inputs }] of nodes.entries()) {
    if (place % NODES_A_STEP === 0) yield;
    const comingIn = Math.max(1, ...inputs.map(({ source }) => rows[source] ?? 1));
    rows[place] = comingIn * product(definition.duration?.rows, params);
    const units = (rows[place] ?? 1) * product(definition.duration?.each, params);
    work.push({ timingKeys: timingKeys({ definition, params }, rows[place] ?? 1), units });
  }
  return work;
}

/** Of those which are numbers above 0. */
function product(names: readonly string[] = [], params: PlannedNode['params']): number {
  return names.reduce((units, name) => {
    const value = params[name];
    return typeof value === 'number' && value > 0 ? units * value : units;
  }, 1);
}

function timingKeys(
  { definition, params }: Pick<PlannedNode, 'definition' | 'params'>,
  rows: number,
): NodeWork['timingKeys'] {
  const telling = Object.entries(params).filter(
    ([name]) => !TELLS_NOTHING.has(definition.params[name]?.kind ?? 'text'),
  );
  const counted = countedBy(definition);
  const alike = telling.filter(([name]) => !counted.has(name));
  const { type } = definition;
  return [`${type} unit ${digest([rows, telling])}`, `${type} unit of ${digest(alike)}`, `${type} unit`];
}

function countedBy({ duration }: NodeDefinition): ReadonlySet<string> {
  return new Set([...(duration?.each ?? []), ...(duration?.rows ?? [])]);
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

// Below this a node is not worth a row of its own; a forecast by its type does.
const WORTH_REMEMBERING_MS = 5;

/** @returns what to remember of a run's nodes: timing key -> mean of milliseconds for a unit of work */
export function summarizeTimings(
  nodes: Iterable<readonly [NodeWork, durationMs: number]>,
): readonly (readonly [string, number])[] {
  const sums = new Map<string, { totalMs: number; count: number }>();
  const add = (key: string, unitMs: number) => {
    const sum = sums.get(key) ?? { totalMs: 0, count: 0 };
    sums.set(key, { totalMs: sum.totalMs + unitMs, count: sum.count + 1 });
  };
  for (const [{ timingKeys: keys, units }, durationMs] of nodes) {
    const [exact, alike, type] = keys;
    if (durationMs >= WORTH_REMEMBERING_MS) for (const key of [exact, alike]) add(key, durationMs / units);
    add(type, durationMs / units);
  }
  return [...sums].map(([key, { totalMs, count }]) => [key, totalMs / count]);
}

/** @param unitMs what is remembered: timing key -> milliseconds. @returns `undefined` if nothing is known of such a node */
export function expectedMsOf(
  { timingKeys: keys, units = 1 }: { readonly timingKeys: readonly string[]; readonly units?: number },
  unitMs: ReadonlyMap<string, number>,
): number | undefined {
  const known = keys.map((key) => unitMs.get(key)).find((ms) => ms !== undefined);
  return known === undefined ? undefined : known * units;
}
