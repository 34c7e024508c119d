import type { Random } from './random.js';

type Container = Record<string, unknown> | unknown[];

/** One place in a value: `container[key]`. */
interface Slot {
  readonly container: Container;
  readonly key: string | number;
}

const MOST_SLOTS = 20_000;

const HOSTILE_KEYS = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'valueOf', '', ' ', '.', '..'],
  ...['a.b', 'a/b', 'a@1', '@', '0', '-1', '1e3', '\u0000', '\u202e', '\ud800', '\ufeff', 'x'.repeat(300), 'then'],
];

/** Values that have gone wrong in one program or another. */
const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 2 ** 64],
  ...['', ' ', '0', '-1', '1e9', 'NaN', 'null', '18446744073709551615', '99999999999999999999999', '0x10', 'a.b', '.'],
  ...[
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ud800',
    '../../etc/passwd',
    'C:\\x',
    '1..1000000000',
    '0..1 step 0',
    '*'.repeat(40),
  ],
  ...[[], {}, [[]], [null], ['1', 0], ['1', -1], ['1', 1e9], { a: 1 }, { type: 'x' }, { nodes: {} }],
];

/**
 * Changes a few places of a JSON value as a hostile or careless program would: other values, keys, sizes and links.
 *
 * @param others values from which parts are taken over
 */
export function mutateJson(random: Random, value: unknown, others: readonly unknown[] = []): unknown {
  const root = { value: structuredClone(value) };
  for (let count = 1 + random.size(8); count > 0; count--) changeOne(random, root, others);
  return root.value;
}

function changeOne(random: Random, root: Container, others: readonly unknown[]): unknown {
  const slots = slotsOf(root);
  if (slots.length === 0) return undefined;
  const slot = random.pick(slots);
  const { container } = slot;
  switch (random.below(12)) {
    case 0:
      return remove(slot);
    case 1:
    case 2:
      return put(slot, hostileValue(random));
    case 3:
      return put(slot, read(random.pick(slots)));
    case 4: {
      const other = random.pick(slots);
      const [mine, theirs] = [read(slot), read(other)];
      put(slot, theirs);
      return put(other, mine);
    }
    case 5: {
      const name = random.chance(0.5) ? random.pick(HOSTILE_KEYS) : String(random.pick(slots).key);
      if (Array.isArray(container)) return put(slot, { [name]: read(slot) });
      const before = read(slot);
      remove(slot);
      return put({ container, key: name }, before);
    }
    case 6:
      return multiply(random, slot);
    case 7:
      return put(slot, changeScalar(random, read(slot)));
    case 8:
      return relink(random, slots);
    case 9: {
      const foreign = others.length === 0 ? [] : slotsOf({ value: random.pick(others) });
      return foreign.length === 0 ? undefined : put(slot, structuredClone(read(random.pick(foreign))));
    }
    case 10:
      return put(slot, nested(random, read(slot)));
    default:
      return put(
        { container, key: Array.isArray(container) ? container.length : random.pick(HOSTILE_KEYS) },
        read(slot),
      );
  }
}

function hostileValue(random: Random): unknown {
  if (random.chance(0.05)) return 'x'.repeat(random.size(300_000));
  if (random.chance(0.02)) return Array.from({ length: random.size(20_000) }, (_, i) => i);
  return structuredClone(random.pick(HOSTILE_VALUES));
}

function changeScalar(random: Random, value: unknown): unknown {
  if (typeof value === 'number')
    return random.pick([value + 1, value - 1, -value, value * 1e6, value / 3, value + 0.5]);
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return value;
  const at = random.below(value.length + 1);
  return random.pick([
    value.slice(0, at),
    value.slice(0, at) + String(random.pick(HOSTILE_VALUES)) + value.slice(at),
    value.repeat(Math.min(random.size(2000), Math.ceil(300_000 / (value.length + 1)))),
    value.toUpperCase(),
    [...value].reverse().join(''),
  ]);
}

/** Entries like one that is there, up to thousands. */
function multiply(random: Random, { container, key }: Slot): void {
  const value = read({ container, key });
  const size = Math.max(1, JSON.stringify(value)?.length ?? 1);
  const count = Math.min(random.size(6000), Math.ceil(2_000_000 / size));
  for (let i = 0; i < count; i++) {
    if (Array.isArray(container)) container.push(structuredClone(value));
    else put({ container, key: `${key}${i}` }, structuredClone(value));
  }
}

const LINK = /^[\w@/-]+\.[\w-]+$/;

/** Links lead to other places that exist: circles, wrong types, many readers of one. */
function relink(random: Random, slots: readonly Slot[]): void {
  const links = slots.filter((slot) => {
    const value = read(slot);
    return typeof value === 'string' ? LINK.test(value) : Array.isArray(value) && value.length === 2;
  });
  if (links.length === 0) return;
  const target = read(random.pick(links));
  for (const slot of links) if (random.chance(1 / links.length) || random.chance(0.05)) put(slot, target);
}

function nested(random: Random, value: unknown): unknown {
  let made = value;
  for (let depth = random.size(200); depth > 0; depth--) made = random.chance(0.5) ? [made] : { nodes: made };
  return made;
}

function slotsOf(root: Container): Slot[] {
  const slots: Slot[] = [];
  const waiting: unknown[] = [root];
  for (let next = waiting.pop(); next !== undefined && slots.length < MOST_SLOTS; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const container = next as Container;
    for (const key of Array.isArray(container) ? container.keys() : Object.keys(container)) {
      slots.push({ container, key });
      const value = read({ container, key });
      if (typeof value === 'object' && value !== null) waiting.push(value);
      if (slots.length >= MOST_SLOTS) break;
    }
  }
  return slots;
}

function read({ container, key }: Slot): unknown {
  return Array.isArray(container) ? container[Number(key)] : Object.hasOwn(container, key) ? container[key] : undefined;
}

/** A value that holds the container itself would never end. */
function put({ container, key }: Slot, value: unknown): void {
  const free = typeof value === 'object' && value !== null ? structuredClone(value) : value;
  if (Array.isArray(container)) container[Number(key) || 0] = free;
  else Object.defineProperty(container, key, { value: free, enumerable: true, configurable: true, writable: true });
}

function remove({ container, key }: Slot): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}
