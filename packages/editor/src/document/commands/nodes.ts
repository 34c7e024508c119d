import { type NodeMode, unreachable } from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft, Point, Tint } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { type EntityKey, entityOf, idsOf } from '../entity-key.js';
import { linksOf } from '../links.js';
import { freshNodeId } from '../node-ids.js';
import { type InputRef, type OutputRef, removeLink, setInput, threadThrough } from './links.js';

/** How a new node is connected at once, so that adding and connecting are one step. */
export type Attachment =
  | { readonly kind: 'reads'; readonly from: OutputRef; readonly input: string }
  | { readonly kind: 'feeds'; readonly to: InputRef; readonly output: string }
  | { readonly kind: 'inserts'; readonly link: string; readonly input: string; readonly output: string };

export interface NewNode {
  readonly type: string;
  readonly at: Point;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly attachment?: Attachment;
  /** Further inputs that are connected at once. */
  readonly links?: Readonly<Record<string, OutputRef>>;
}

/** @returns the id of the new node; `undefined` if the document may not be changed */
export function addNode(
  store: DocumentStore,
  { type, at, params, attachment, links = {} }: NewNode,
): string | undefined {
  const id = freshNodeId(type, (taken) => Object.hasOwn(store.document.nodes, taken));
  const added = store.edit(texts.edits.addNode(type), (draft) => {
    draft.nodes[id] = { type, ...(params && { params: { ...params } }) };
    draft.layout.nodes[id] = { x: Math.round(at.x), y: Math.round(at.y) };
    if (attachment) attach(draft, id, attachment);
    for (const [input, source] of Object.entries(links)) setInput(draft, source, { node: id, input });
  });
  return added ? id : undefined;
}

/**
 * Removes everything with the given keys: nodes with their links, links, frames, notes. The contents of a frame stay.
 */
export function deleteEntities(store: DocumentStore, keys: readonly EntityKey[]): boolean {
  const nodes = new Set(idsOf(keys, 'node'));
  return store.edit(texts.edits.delete(keys.length), (draft) => {
    for (const link of linksOf(store.document.nodes)) {
      if (nodes.has(link.source) || nodes.has(link.reader)) removeLink(draft, link.id);
    }
    for (const key of keys) removeEntity(draft, key);
  });
}

export function setMode(store: DocumentStore, ids: readonly string[], mode: NodeMode | undefined): boolean {
  return store.edit(texts.edits.modes[mode ?? 'on'], (draft) => {
    for (const id of ids) {
      const node = draft.nodes[id];
      if (node === undefined || node.mode === mode) continue;
      if (mode === undefined) delete node.mode;
      else node.mode = mode;
    }
  });
}

/** Sets the mode of all nodes, or clears it if all have it already. */
export function toggleMode(store: DocumentStore, ids: readonly string[], mode: NodeMode): boolean {
  const haveIt = ids.every((id) => store.document.nodes[id]?.mode === mode);
  return setMode(store, ids, haveIt ? undefined : mode);
}

/** @param title an empty one restores the name of the node's type */
export function setTitle(store: DocumentStore, id: string, title: string): boolean {
  return store.edit(texts.edits.rename, (draft) => {
    const node = draft.nodes[id];
    if (node === undefined) return;
    if (title.trim() === '') delete node.title;
    else node.title = title.trim();
  });
}

export function setWorkflowTitle(store: DocumentStore, title: string): boolean {
  return store.edit(texts.edits.renameWorkflow, (draft) => {
    if (title.trim() === '') delete draft.title;
    else draft.title = title.trim();
  });
}

/** Colours nodes, frames and notes. */
export function setColour(store: DocumentStore, keys: readonly EntityKey[], colour: Tint | undefined): boolean {
  return store.edit(texts.edits.colour, (draft) => {
    for (const key of keys) {
      const looks = looksOf(draft, key);
      if (looks === undefined || looks.colour === colour) continue;
      if (colour === undefined) delete looks.colour;
      else looks.colour = colour;
    }
  });
}

function attach(draft: DocumentDraft, id: string, attachment: Attachment): void {
  switch (attachment.kind) {
    case 'reads':
      setInput(draft, attachment.from, { node: id, input: attachment.input });
      break;
    case 'feeds':
      setInput(draft, { node: id, output: attachment.output }, attachment.to);
      break;
    case 'inserts':
      threadThrough(draft, attachment.link, { node: id, input: attachment.input, output: attachment.output });
      break;
    default:
      unreachable(attachment);
  }
}

function removeEntity(draft: DocumentDraft, key: EntityKey): void {
  const { kind, id } = entityOf(key);
  const { layout } = draft;
  if (kind === 'node') {
    delete draft.nodes[id];
    delete layout.nodes[id];
  } else if (kind === 'link') {
    removeLink(draft, id);
  } else {
    const list = kind === 'frame' ? layout.frames : layout.notes;
    const place = list.findIndex((item) => item.id === id);
    if (place >= 0) list.splice(place, 1);
  }
}

function looksOf(draft: DocumentDraft, key: EntityKey) {
  const { kind, id } = entityOf(key);
  if (kind === 'node') return draft.layout.nodes[id];
  if (kind === 'frame') return draft.layout.frames.find((frame) => frame.id === id);
  if (kind === 'note') return draft.layout.notes.find((note) => note.id === id);
  return undefined;
}
