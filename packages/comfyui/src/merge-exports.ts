import { ownEntry } from '@unclip-studio/graph-core';
import { isRecord } from './comfy-graph.js';
import { formatExactJson } from './exact-json.js';
import { isLink } from './export-values.js';
import type { ComfyApiNode } from './prompt-writer.js';

type Prompt = Readonly<Record<string, ComfyApiNode>>;

interface Exports {
  /** As it was imported. */
  readonly original: Prompt;
  /** What an export makes of the imported original. */
  readonly before: Prompt;
  /** What it makes of the current workflow. */
  readonly after: Prompt;
}

/** The imported original with exactly the changes between two exports. */
export function mergeExports({ original, before, after }: Exports): Prompt {
  const isInvented = (id: string) => !Object.hasOwn(original, id);
  // Ids of nodes that exist only in exports mean nothing: such nodes are identified by their content.
  const [saidBefore, saidAfter] = [before, after].map((prompt) => createSaying(prompt, isInvented)) as [Saying, Saying];
  const merged = new Map<string, ComfyApiNode>();
  for (const [id, node] of Object.entries(original)) {
    const [was, is] = [before[id], after[id]];
    if (was === undefined) merged.set(id, node);
    else if (is !== undefined) merged.set(id, mergeNode(node, { before: was, after: is, saidBefore, saidAfter }));
  }
  const invented = new Set(Object.keys(before).filter(isInvented).map(saidBefore.node));
  const wanted = Object.keys(after).filter((id) => isInvented(id) && !invented.has(saidAfter.node(id)));
  const toAdd = [...wanted, ...[...merged.values()].flatMap(sourcesOf)];
  for (let id = toAdd.pop(); id !== undefined; id = toAdd.pop()) {
    const node = after[id];
    if (merged.has(id) || node === undefined) continue;
    merged.set(id, node);
    toAdd.push(...sourcesOf(node));
  }
  return Object.fromEntries(merged);
}

function sourcesOf({ inputs }: ComfyApiNode): readonly string[] {
  return Object.values(inputs).flatMap((value) => (isLink(value) ? [value[0]] : []));
}

interface Change {
  readonly before: ComfyApiNode;
  readonly after: ComfyApiNode;
  readonly saidBefore: Saying;
  readonly saidAfter: Saying;
}

function mergeNode(node: ComfyApiNode, { before, after, saidBefore, saidAfter }: Change): ComfyApiNode {
  if (before.class_type !== after.class_type) return after;
  const inputs: Record<string, unknown> = { ...node.inputs };
  for (const name of new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)])) {
    if (saidBefore.value(ownEntry(before.inputs, name)) === saidAfter.value(ownEntry(after.inputs, name))) continue;
    if (Object.hasOwn(after.inputs, name)) inputs[name] = after.inputs[name];
    else delete inputs[name];
  }
  const [was, is] = [before._meta?.title, after._meta?.title];
  const meta = was === is ? {} : { _meta: { ...node._meta, ...(is === undefined ? {} : { title: is }) } };
  return { ...node, inputs, ...meta };
}

export interface Saying {
  value(value: unknown): string;
  node(id: string): string;
}

/** What values and nodes of an export say, as text that is the same for the same. */
export function createSaying(prompt: Prompt, isInvented: (id: string) => boolean): Saying {
  const known = new Map<string, string>();
  function node(id: string): string {
    const said = known.get(id);
    if (said !== undefined) return said;
    // One that leads back to itself is identified by its id.
    known.set(id, id);
    const { class_type: type, inputs = {} } = prompt[id] ?? {};
    const entries = Object.entries(inputs).map(([name, one]) => [name, value(one)]);
    const text = JSON.stringify([type, ...entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
    known.set(id, text);
    return text;
  }
  function value(one: unknown): string {
    if (isLink(one) && isInvented(one[0]) && Object.hasOwn(prompt, one[0])) return `${node(one[0])} ${one[1]}`;
    return inOneForm(one);
  }
  return { value, node };
}

/** JSON text that is equal for equal values, regardless of the order of keys. */
export function inOneForm(value: unknown): string {
  return value === undefined ? '' : formatExactJson(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
