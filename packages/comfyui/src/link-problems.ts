import { knownClass } from './comfy-classes.js';
import { type ComfyNode, sentText } from './comfy-graph.js';
import { formatExactJson } from './exact-json.js';

/** Why a link leads to no output: what Python raises in ComfyUI's server, and what that means. */
export interface LookUpError {
  readonly exception: 'KeyError' | 'IndexError' | 'TypeError';
  readonly message: string;
  readonly words: string;
}

/**
 * Follows a link as ComfyUI's server does, `RETURN_TYPES[slot]` of `prompt[id]`: ids are texts, and a slot below 0 counts from
 * the last output. Of a class that is not known any whole number is a slot.
 *
 * @see ComfyUI 0.3.64, execution.py, validate_inputs
 */
export function lookUpError(
  [id, slot]: readonly unknown[],
  nodes: ReadonlyMap<string, Pick<ComfyNode, 'type'>>,
): LookUpError | undefined {
  if (typeof id === 'object' && id !== null) {
    const message = `unhashable type: '${typeInPython(id)}'`;
    return { exception: 'TypeError', message, words: `the id of a node is a text, not ${shown(id)}` };
  }
  const source = typeof id === 'string' ? nodes.get(id) : undefined;
  if (source === undefined) {
    const isOfNumber = typeof id !== 'string' && nodes.has(String(id));
    const words = isOfNumber ? `the id of a node is a text, "${id}"` : `there is no node ${shown(id)}`;
    return { exception: 'KeyError', message: inPython(id), words };
  }
  if (typeof slot !== 'boolean' && typeof slot !== 'bigint' && !Number.isInteger(slot)) {
    const message = `tuple indices must be integers or slices, not ${typeInPython(slot)}`;
    return { exception: 'TypeError', message, words: `the number of an output is a whole number, not ${shown(slot)}` };
  }
  const count = knownClass(source.type)?.output.length;
  if (count === undefined || (Number(slot) < count && Number(slot) >= -count)) return undefined;
  const outputs = count === 0 ? 'has no outputs' : `has outputs 0 to ${count - 1}`;
  return { exception: 'IndexError', message: 'tuple index out of range', words: `${source.type} ${outputs}` };
}

/** The place that a slot below 0 means; any other as it is. */
export function slotFromStart(slot: number, type: string): number {
  const count = slot < 0 ? (knownClass(type)?.output.length ?? 0) : 0;
  return slot + count >= 0 ? slot + count : slot;
}

const MAX_SHOWN = 100;

/** A value of a file in one line. */
export function shown(value: unknown): string {
  return formatExactJson(value).slice(0, MAX_SHOWN);
}

function inPython(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, MAX_SHOWN)}'` : sentText(value).slice(0, MAX_SHOWN);
}

function typeInPython(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  return { string: 'str', number: 'float', object: 'dict' }[typeof value as string] ?? typeof value;
}
