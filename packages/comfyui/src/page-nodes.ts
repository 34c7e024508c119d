import { ownEntry, type WorkflowNode } from '@unclip-studio/graph-core';
import { knownClass } from './comfy-classes.js';
import { isLink } from './export-values.js';
import type { ComfyApiNode } from './prompt-writer.js';
import { isSeedWidget, widgetsOf } from './signatures.js';

/** A node as a saved page has it. */
export type PageNode = Record<string, unknown> & {
  id: unknown;
  type: string;
  inputs?: PagePort[];
  outputs?: PagePort[];
};

export type PagePort = Record<string, unknown> & { name?: unknown; type?: unknown };

/** A link of a saved page: id, node, output, node, input, type. */
export type PageLink = [unknown, unknown, number, unknown, number, unknown];

export interface Place {
  readonly x: number;
  readonly y: number;
}

const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 36;
const TEXT_HEIGHT = 120;
export const NODE_WIDTH = 315;

const LITERALS: ReadonlySet<unknown> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO']);

/** Type of each output that is known, and of each input that takes links. */
function portsOf(type: string) {
  const known = knownClass(type);
  const inputs = Object.entries({ ...known?.required, ...known?.optional }).flatMap(([name, [kind]]) =>
    typeof kind === 'string' && !LITERALS.has(kind) ? [[name, kind] as const] : [],
  );
  return { inputs: new Map(inputs), outputs: known?.output ?? [] };
}

/** What an output gives; `*` where nothing here knows. */
export function outputTypeOf(type: string, slot: number): string {
  return portsOf(type).outputs[slot] ?? '*';
}

/** A node of a prompt as a page has it, without its links. @param outputCount at least so many */
export function toPageNode(
  id: number | string,
  { class_type: type, inputs, _meta: meta }: ComfyApiNode,
  { place, mode, order, outputCount }: Placing,
): PageNode {
  const ports = portsOf(type);
  const linked = Object.entries(inputs).flatMap(([name, value]) => (isLink(value) ? [name] : []));
  const known = widgetsOf(type);
  const names = known ?? Object.keys(inputs).filter((name) => !linked.includes(name));
  // A page that lists values has their names among the inputs, which is needed for unknown classes.
  const sockets = [...new Set([...ports.inputs.keys(), ...linked, ...(known === undefined ? names : [])])];
  const outputs = Array.from({ length: Math.max(ports.outputs.length, outputCount) }, (_, slot) => ({
    ...{ name: outputTypeOf(type, slot), type: outputTypeOf(type, slot), links: [], slot_index: slot },
  }));
  const rows = Math.max(sockets.length, outputs.length) + names.length;
  const textHeight = names.includes('text') ? TEXT_HEIGHT : 0;
  return {
    ...{ id, type, pos: [place.x, place.y], size: [NODE_WIDTH, HEAD_HEIGHT + ROW_HEIGHT * rows + textHeight] },
    ...{ flags: {}, order, mode: mode === 'mute' ? 2 : mode === 'bypass' ? 4 : 0 },
    inputs: sockets.map((name) => ({
      ...{ name, type: ports.inputs.get(name) ?? literalTypeOf(ownEntry(inputs, name)), link: null },
      ...(names.includes(name) ? { widget: { name } } : {}),
    })),
    outputs,
    ...(meta?.title === undefined ? {} : { title: meta.title }),
    properties: { 'Node name for S&R': type },
    widgets_values: names.flatMap((name) => {
      const said = linked.includes(name) ? undefined : ownEntry(inputs, name);
      const value = said ?? defaultOf(type, name) ?? null;
      // The page's setting for the seed after a run comes after it.
      return isSeedWidget(name) ? [value, 'fixed'] : [value];
    }),
  };
}

function literalTypeOf(value: unknown): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return 'INT';
  return { number: 'FLOAT', boolean: 'BOOLEAN', string: 'STRING' }[typeof value as string] ?? '*';
}

/** What a widget shows that nothing was set at, as far as the class is known. */
function defaultOf(type: string, name: string): unknown {
  const known = knownClass(type);
  const [kind, more] = known?.required[name] ?? known?.optional?.[name] ?? [];
  const { default: value } = (more ?? {}) as { readonly default?: unknown };
  return value ?? (Array.isArray(kind) ? kind[0] : kind === 'STRING' ? '' : undefined);
}

interface Placing {
  readonly place: Place;
  readonly mode: WorkflowNode['mode'];
  readonly order: number;
  readonly outputCount: number;
}

/** The height of a page's node. */
export function heightOf({ size }: PageNode): number {
  return Array.isArray(size) && typeof size[1] === 'number' ? size[1] : 0;
}
