import {
  canonicalJson,
  parseLink,
  parseWorkflow,
  type Result,
  SUBGRAPH_PREFIX,
  type Subgraph,
  subgraphNameOf,
  WORKFLOW_FORMAT,
  WORKFLOW_VERSION,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft, Point, WorkflowDocument } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { type EntityKey, frameKey, idsOf, noteKey } from '../entity-key.js';
import { linkId } from '../links.js';
import { freshNodeId, numbered } from '../node-ids.js';
import { readDocument } from '../read-document.js';

/**
 * The named items, as a text for the clipboard. It is a workflow file of its own: it can be pasted into any tab, sent
 * in a message, or saved and opened. Links from outside are kept in it, so that duplicates can read the same sources.
 */
export function copyText(document: WorkflowDocument, keys: Iterable<EntityKey>): string {
  return canonicalJson(extract(document, [...keys]), 1);
}

/** The named nodes as a workflow of its own, without links to what is not in it. */
export function partOf(document: WorkflowDocument, keys: Iterable<EntityKey>): WorkflowDocument {
  const part = extract(document, [...keys]);
  const own = new Map(Object.keys(part.nodes).map((id) => [id, id]));
  const nodes = Object.entries(part.nodes).map(([id, node]) => [id, pastedNode(part, node, own, { offset: ORIGIN })]);
  return { ...part, nodes: Object.fromEntries(nodes) };
}

/** Reads what `copyText` wrote, or any workflow file. */
export function readCopied(text: string): Result<WorkflowDocument> {
  const result = parseWorkflow(text);
  return result.ok ? { ok: true, value: readDocument(result.value) } : result;
}

const ORIGIN: Point = { x: 0, y: 0 };

export interface PasteOptions {
  /** The offset of the pasted items from the originals. */
  readonly offset: Point;
  /** Pasted nodes keep reading from nodes that are not pasted. */
  readonly keepInputs?: boolean;
  readonly label?: string;
}

/** Adds copied items under new ids. @returns the keys of the new items */
export function paste(store: DocumentStore, copied: WorkflowDocument, options: PasteOptions): readonly EntityKey[] {
  const names = renamed(store.document, copied);
  const label = options.label ?? texts.edits.paste;
  const added = store.edit(label, (draft) => {
    const subgraphs = pasteSubgraphs(draft, store.document, copied);
    for (const [id, name] of names.nodes) {
      const found = copied.nodes[id];
      const own = subgraphs.get(subgraphNameOf(found?.type ?? '') ?? '');
      const node = found && own !== undefined ? { ...found, type: SUBGRAPH_PREFIX + own } : found;
      if (node !== undefined) draft.nodes[name] = pastedNode(store.document, node, names.nodes, options);
    }
    pasteLayout(draft, copied, names, options.offset);
    pasteRequired(draft, copied);
  });
  if (!added) return [];
  return [...names.nodes.values(), ...names.frames.map(frameKey), ...names.notes.map(noteKey)];
}

/** Copies and pastes in one step, without touching the clipboard. */
export function duplicate(store: DocumentStore, keys: Iterable<EntityKey>, offset: Point): readonly EntityKey[] {
  const copied = extract(store.document, [...keys]);
  return paste(store, copied, { offset, keepInputs: true, label: texts.edits.duplicate });
}

interface Names {
  readonly nodes: ReadonlyMap<string, string>;
  /** In the order of the copied lists. */
  readonly frames: readonly string[];
  readonly notes: readonly string[];
}

function extract({ nodes, layout, subgraphs }: WorkflowDocument, keys: readonly EntityKey[]): WorkflowDocument {
  const ids = new Set(idsOf(keys, 'node'));
  const frames = new Set(idsOf(keys, 'frame'));
  const notes = new Set(idsOf(keys, 'note'));
  const only = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => ids.has(id)));
  const links = Object.entries(layout.links ?? {}).filter(([id]) => ids.has(id.slice(0, id.indexOf('.'))));
  return {
    format: WORKFLOW_FORMAT,
    version: WORKFLOW_VERSION,
    nodes: only(nodes),
    ...subgraphsFor(only(nodes), subgraphs),
    layout: {
      nodes: only(layout.nodes),
      frames: layout.frames.filter(({ id }) => frames.has(id)),
      notes: layout.notes.filter(({ id }) => notes.has(id)),
      ...(links.length > 0 && { links: Object.fromEntries(links) }),
    },
  };
}

/** The subgraphs of nodes, and those inside them. */
function subgraphsFor(
  nodes: WorkflowDocument['nodes'],
  subgraphs: WorkflowDocument['subgraphs'] = {},
): Pick<WorkflowDocument, 'subgraphs'> {
  const needed: Record<string, Subgraph> = {};
  const toVisit = [nodes];
  for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
    for (const { type } of Object.values(next)) {
      const name = subgraphNameOf(type) ?? '';
      const body = Object.hasOwn(subgraphs, name) ? subgraphs[name] : undefined;
      if (body === undefined || needed[name] !== undefined) continue;
      needed[name] = body;
      toVisit.push(body.nodes);
    }
  }
  return Object.keys(needed).length === 0 ? {} : { subgraphs: needed };
}

/** Adds the definitions that pasted nodes need; one of the same name that means something else gets another name. */
function pasteSubgraphs(
  draft: DocumentDraft,
  present: WorkflowDocument,
  copied: WorkflowDocument,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, body] of Object.entries(copied.subgraphs ?? {})) {
    const own = present.subgraphs?.[name];
    const isSame = own !== undefined && canonicalJson(own) === canonicalJson(body);
    const isTaken = (candidate: string) =>
      present.subgraphs?.[candidate] !== undefined || [...names.values()].includes(candidate);
    names.set(name, isSame ? name : numbered(name, isTaken));
  }
  const rename = (type: string) => {
    const name = names.get(subgraphNameOf(type) ?? '');
    return name === undefined ? type : SUBGRAPH_PREFIX + name;
  };
  for (const [name, body] of Object.entries(copied.subgraphs ?? {})) {
    const own = names.get(name) ?? name;
    if (present.subgraphs?.[own] !== undefined) continue;
    const nodes = Object.entries(body.nodes).map(([id, node]) => [id, { ...node, type: rename(node.type) }]);
    draft.subgraphs ??= {};
    draft.subgraphs[own] = structuredClone({ ...body, nodes: Object.fromEntries(nodes) }) as never;
  }
  return names;
}

function renamed(document: WorkflowDocument, copied: WorkflowDocument): Names {
  const nodes = new Map<string, string>();
  const given = new Set<string>();
  for (const [id, { type }] of Object.entries(copied.nodes)) {
    const isTaken = (name: string) => Object.hasOwn(document.nodes, name) || given.has(name);
    // A node the user named in the file keeps its name as far as it goes.
    const name = id.length < 60 ? numbered(id, isTaken) : freshNodeId(type, isTaken);
    given.add(name);
    nodes.set(id, name);
  }
  return {
    nodes,
    frames: freshList('frame', copied.layout.frames.length, document.layout.frames),
    notes: freshList('note', copied.layout.notes.length, document.layout.notes),
  };
}

function freshList(base: string, count: number, present: readonly { readonly id: string }[]): readonly string[] {
  const taken = new Set(present.map(({ id }) => id));
  return Array.from({ length: count }, () => {
    const name = numbered(base, (candidate) => taken.has(candidate));
    taken.add(name);
    return name;
  });
}

/** What says how to get the models that pasted nodes name. */
function pasteRequired(draft: DocumentDraft, { requires = [] }: WorkflowDocument): void {
  const present = new Set(draft.requires?.map((file) => canonicalJson(file)));
  const fresh = requires.filter((file) => !present.has(canonicalJson(file)));
  if (fresh.length > 0) draft.requires = [...(draft.requires ?? []), ...structuredClone(fresh)] as never;
}

function pastedNode(
  document: WorkflowDocument,
  node: WorkflowNode,
  names: ReadonlyMap<string, string>,
  { keepInputs = false }: PasteOptions,
) {
  const inputs = Object.entries(node.inputs ?? {}).flatMap(([input, text]) => {
    const source = parseLink(text);
    if (source === undefined) return [];
    const name = names.get(source.node) ?? (keepInputs && Object.hasOwn(document.nodes, source.node) && source.node);
    return name ? [[input, `${name}.${source.output}`]] : [];
  });
  const { inputs: _, ...rest } = node;
  const copy = structuredClone({ ...rest, ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }) });
  return copy as DocumentDraft['nodes'][string];
}

function pasteLayout(draft: DocumentDraft, { layout }: WorkflowDocument, names: Names, offset: Point): void {
  const shifted = <T extends Point>(item: T): T => ({ ...item, x: item.x + offset.x, y: item.y + offset.y });
  for (const [id, name] of names.nodes) {
    const looks = layout.nodes[id];
    if (looks !== undefined) draft.layout.nodes[name] = shifted(looks);
  }
  for (const [i, id] of names.frames.entries()) {
    const frame = layout.frames[i];
    if (frame !== undefined) draft.layout.frames.push({ ...shifted(frame), id });
  }
  for (const [i, id] of names.notes.entries()) {
    const note = layout.notes[i];
    if (note !== undefined) draft.layout.notes.push({ ...shifted(note), id });
  }
  for (const [id, { points }] of Object.entries(layout.links ?? {})) {
    const dot = id.indexOf('.');
    const reader = names.nodes.get(id.slice(0, dot));
    if (reader === undefined || draft.nodes[reader]?.inputs?.[id.slice(dot + 1)] === undefined) continue;
    draft.layout.links = {
      ...draft.layout.links,
      [linkId(reader, id.slice(dot + 1))]: { points: points.map(shifted) },
    };
  }
}
