import { idOf, isRecord, isReservedName, listOf, textOf } from './comfy-graph.js';
import { isOfPage, linkedInputsOf } from './signatures.js';

/** One node of a saved page, before anything is expanded. */
export interface UiNode {
  readonly id: string;
  readonly type: string;
  readonly inputs: readonly UiPort[];
  readonly outputs: readonly UiPort[];
  /** By place. */
  readonly values: readonly unknown[];
  /** By name, in the files that write them so. */
  readonly named: Readonly<Record<string, unknown>>;
  /** Everything else: places, colours, mode. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface UiPort {
  readonly name: string;
  readonly type: string;
  /** The widget that this input belongs to. */
  readonly widget?: string;
}

export interface UiLink {
  readonly id: string;
  readonly from: string;
  readonly fromSlot: number;
  readonly to: string;
  readonly toSlot: number;
}

export interface UiGraph {
  readonly nodes: readonly UiNode[];
  readonly links: readonly UiLink[];
}

// Those of ComfyUI are numbers and UUIDs. Inside subgraphs they are joined.
const MAX_ID_LENGTH = 64;

/** Reads nodes and links of a page or of a subgraph's definition. @param problems gets the invalid ones */
export function readUiGraph(json: Readonly<Record<string, unknown>>, problems: string[]): UiGraph {
  const nodes = listOf(json['nodes']).flatMap((value): readonly UiNode[] => {
    const id = isRecord(value) ? idOf(value['id']) : undefined;
    if (!isRecord(value) || id === undefined || id.length > MAX_ID_LENGTH || typeof value['type'] !== 'string') {
      problems.push('An entry of "nodes" is not a node: expected an id and a type.');
      return [];
    }
    return [toUiNode(id, value['type'], value)];
  });
  const links = listOf(json['links']).flatMap((value): readonly UiLink[] => {
    const link = toUiLink(value);
    if (link === undefined) problems.push('An entry of "links" is not a link: expected id, nodes and slots.');
    return link === undefined ? [] : [link];
  });
  return { nodes, links };
}

export function toUiNode(id: string, type: string, raw: Readonly<Record<string, unknown>>): UiNode {
  const widgets = raw['widgets_values'];
  // Files of 2026 say the values twice; names need no guessing.
  const named = [raw['widgets_values_named'], widgets].find(isRecord);
  return {
    ...{ id, type, raw },
    inputs: Array.isArray(raw['inputs']) ? raw['inputs'].map(toPort) : linkedInputsOf(type),
    outputs: listOf(raw['outputs']).map(toPort),
    values: named === undefined ? listOf(widgets) : [],
    named: named === undefined ? {} : Object.fromEntries(Object.entries(named).filter(([name]) => !isOfPage(name))),
  };
}

function toPort(value: unknown): UiPort {
  const port = isRecord(value) ? value : {};
  const widget = isRecord(port['widget']) ? port['widget']['name'] : undefined;
  const name = textOf(port['name']);
  return {
    name: isReservedName(name) ? '' : name,
    type: textOf(port['type']),
    ...(typeof widget === 'string' && !isReservedName(widget) ? { widget } : {}),
  };
}

/** A list of six, or an object in files of the newer schema. */
function toUiLink(value: unknown): UiLink | undefined {
  const fields = isRecord(value)
    ? [value['id'], value['origin_id'], value['origin_slot'], value['target_id'], value['target_slot']]
    : listOf(value);
  const [id, from, to] = [fields[0], fields[1], fields[3]].map(idOf);
  const [fromSlot, toSlot] = [fields[2], fields[4]];
  if (id === undefined || from === undefined || to === undefined) return undefined;
  if (typeof fromSlot !== 'number' || typeof toSlot !== 'number') return undefined;
  return { id, from, fromSlot, to, toSlot };
}
