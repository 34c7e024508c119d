import { knownClasses } from './comfy-classes.js';
import type { ComfyGraph, ComfyNode } from './comfy-graph.js';
import { isNumberText } from './rules/value-readers.js';

/** A value of a node that its class cannot take. */
export interface WrongValue {
  /** Id of the ComfyUI node. */
  readonly node: string;
  readonly input: string;
  readonly kind: NumberKind;
  readonly received: unknown;
}

type NumberKind = 'INT' | 'FLOAT';

const EXPECTED: Readonly<Record<NumberKind, string>> = {
  INT: 'a whole number such as 20',
  FLOAT: 'a number such as 7.5',
};
// What Python's `int` reads.
const INT_TEXT = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

/** Every number of the graph that ComfyUI's server would refuse, by node. Texts that are numbers are none of them. */
export function findWrongValues(nodes: ComfyGraph['nodes']): ReadonlyMap<string, readonly WrongValue[]> {
  const numbers = numberInputs();
  const found = new Map<string, readonly WrongValue[]>();
  for (const [id, node] of nodes) {
    const wrong = (numbers.get(node.type) ?? []).flatMap(([input, kind]) => {
      const received = valueAt(node, input);
      return received === undefined || isNumber(received, kind) ? [] : [{ node: id, input, kind, received }];
    });
    if (wrong.length > 0) found.set(id, wrong);
  }
  return found;
}

/** As in `steps: expected a whole number such as 20, got "abc".` */
export function describeWrongValue({ input, kind, received }: WrongValue): string {
  return `${input}: expected ${EXPECTED[kind]}, got ${show(received).slice(0, 100)}.`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** A linked value counts only if the link leads to one that was given. */
function valueAt({ values, links, given = {} }: ComfyNode, input: string): unknown {
  const isLinked = Object.hasOwn(links, input) && !Object.hasOwn(given, input);
  return isLinked || !Object.hasOwn(values, input) ? undefined : values[input];
}

function isNumber(value: unknown, kind: NumberKind): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value);
    case 'bigint':
    case 'boolean':
      return true;
    case 'string':
      return kind === 'INT' ? INT_TEXT.test(value) : isNumberText(value);
    default:
      return false;
  }
}

/** Class -> its inputs that are numbers. */
function numberInputs(): ReadonlyMap<string, readonly (readonly [string, NumberKind])[]> {
  const classes = Object.entries(knownClasses());
  return new Map(
    classes.map(([type, { required, optional }]) => [
      type,
      Object.entries({ ...required, ...optional }).flatMap(([input, [kind]]) =>
        kind === 'INT' || kind === 'FLOAT' ? [[input, kind] as const] : [],
      ),
    ]),
  );
}
