import { parseLink } from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft, Point } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { linkId } from '../links.js';

/** The giving end of a link. */
export interface OutputRef {
  readonly node: string;
  readonly output: string;
}

/** The taking end of a link. */
export interface InputRef {
  readonly node: string;
  readonly input: string;
}

/** A node with the two ports through which a wire runs. */
export interface ThroughPorts {
  readonly node: string;
  readonly input: string;
  readonly output: string;
}

/**
 * Connects an output to an input; the previous link is removed.
 *
 * @param moved a link whose reader's end was dragged here and which is therefore removed
 */
export function connect(store: DocumentStore, from: OutputRef, to: InputRef, moved?: string): boolean {
  return store.edit(texts.edits.connect, (draft) => {
    if (moved !== undefined) removeLink(draft, moved);
    setInput(draft, from, to);
  });
}

/** @param ids links as `reader.input` */
export function disconnect(store: DocumentStore, ids: readonly string[]): boolean {
  return store.edit(texts.edits.disconnect, (draft) => {
    for (const id of ids) removeLink(draft, id);
  });
}

/** Puts a node that is there already into a wire: source to `through`, `through` to the old reader. */
export function insertOnLink(store: DocumentStore, id: string, through: ThroughPorts): boolean {
  return store.edit(texts.edits.insertOnLink, (draft) => threadThrough(draft, id, through));
}

/** As `insertOnLink`, inside an edit. */
export function threadThrough(draft: DocumentDraft, id: string, { node, input, output }: ThroughPorts): void {
  const dot = id.indexOf('.');
  const reader = { node: id.slice(0, dot), input: id.slice(dot + 1) };
  const source = parseLink(draft.nodes[reader.node]?.inputs?.[reader.input] ?? '');
  if (source === undefined) return;
  setInput(draft, source, { node, input });
  setInput(draft, { node, output }, reader);
}

/** Adds a point to a wire's way; `index` counts the points before it. */
export function addReroutePoint(store: DocumentStore, id: string, index: number, at: Point): boolean {
  return store.edit(texts.edits.addReroute, (draft) => {
    draft.layout.links ??= {};
    const looks = draft.layout.links[id];
    if (looks === undefined) draft.layout.links[id] = { points: [at] };
    else looks.points.splice(index, 0, { x: at.x, y: at.y });
  });
}

export function moveReroutePoint(store: DocumentStore, id: string, index: number, to: Point): boolean {
  return store.edit(texts.edits.moveReroute, (draft) => {
    const point = draft.layout.links?.[id]?.points[index];
    if (point === undefined) return;
    point.x = to.x;
    point.y = to.y;
  });
}

/** @param name an empty one takes it away */
export function nameReroutePoint(store: DocumentStore, id: string, index: number, name: string): boolean {
  return store.edit(texts.edits.rename, (draft) => {
    const point = draft.layout.links?.[id]?.points[index];
    if (point === undefined) return;
    if (name === '') delete point.name;
    else point.name = name;
  });
}

export function removeReroutePoint(store: DocumentStore, id: string, index: number): boolean {
  return store.edit(texts.edits.removeReroute, (draft) => {
    const points = draft.layout.links?.[id]?.points;
    if (points === undefined) return;
    if (points.length > 1) points.splice(index, 1);
    else dropLinkLooks(draft, id);
  });
}

/** Sets an input's source inside an edit. The new link does not keep the reroute points of the old one. */
export function setInput(draft: DocumentDraft, from: OutputRef, to: InputRef): void {
  const reader = draft.nodes[to.node];
  if (reader === undefined) throw new Error(`Internal error: no node ${to.node} to connect`);
  const source = `${from.node}.${from.output}`;
  if (reader.inputs?.[to.input] === source) return;
  reader.inputs = { ...reader.inputs, [to.input]: source };
  dropLinkLooks(draft, linkId(to.node, to.input));
}

/** Removes a link inside an edit. @param id `reader.input` */
export function removeLink(draft: DocumentDraft, id: string): void {
  const dot = id.indexOf('.');
  const reader = draft.nodes[id.slice(0, dot)];
  if (reader?.inputs === undefined) return;
  delete reader.inputs[id.slice(dot + 1)];
  // Files omit empty parts, and so does the document.
  if (Object.keys(reader.inputs).length === 0) delete reader.inputs;
  dropLinkLooks(draft, id);
}

function dropLinkLooks(draft: DocumentDraft, id: string): void {
  const { links } = draft.layout;
  if (links?.[id] === undefined) return;
  delete links[id];
  if (Object.keys(links).length === 0) delete draft.layout.links;
}
