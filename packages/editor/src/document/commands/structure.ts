import {
  type Catalog,
  dissolveSubgraph,
  type GroupedWorkflow,
  makeSubgraph,
  parseLink,
  SUBGRAPH_PREFIX,
  type SubgraphObstacle,
  subgraphNameOf,
  type WorkflowInput,
} from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';
import type { DocumentDraft, DocumentLayout, NodeLayout } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { numbered } from '../node-ids.js';
import { WHOLE_NODES } from '../scope.js';
import { boxAround } from './align.js';

/** Puts nodes into a subgraph and replaces them by its node. @returns its id, or what prevents it */
export function groupNodes(
  store: DocumentStore,
  ids: readonly string[],
  catalog: Catalog,
): string | SubgraphObstacle | undefined {
  const { document } = store;
  const chosen = new Set(ids);
  const name = numbered('group', (taken) => document.subgraphs?.[taken] !== undefined);
  const id = numbered(name, (taken) => Object.hasOwn(document.nodes, taken));
  const made = makeSubgraph(inScope(store), chosen, { name, id }, catalog);
  if ('kind' in made) return made;
  const places = ids.flatMap((one) => document.layout.nodes[one] ?? []);
  const around = boxAround(places.map((place) => ({ x: place.x, y: place.y, width: 0, height: 0 })));
  const isDone = store.edit(texts.edits.makeSubgraph(ids.length), (draft) => {
    write(draft, store, made);
    const body = draft.subgraphs?.[name];
    if (body === undefined) return;
    body.title = texts.structure.newTitle(Object.keys(document.subgraphs ?? {}).length + 1);
    body.layout = layoutOf(document.layout, chosen) as never;
    for (const one of ids) delete draft.layout.nodes[one];
    forgetLinkLooks(draft);
    draft.layout.nodes[id] = { x: Math.round(around?.x ?? 0), y: Math.round(around?.y ?? 0) };
  });
  return isDone ? id : undefined;
}

/** Replaces a subgraph node by the nodes of its subgraph. @returns their ids */
export function ungroup(store: DocumentStore, id: string, catalog: Catalog): readonly string[] | undefined {
  const { document } = store;
  const dissolved = dissolveSubgraph(inScope(store), id, catalog);
  const name = subgraphNameOf(document.nodes[id]?.type ?? '');
  const looks = document.subgraphs?.[name ?? '']?.layout as DocumentLayout | undefined;
  const at = document.layout.nodes[id];
  if (dissolved === undefined || at === undefined) return undefined;
  const corner = boxAround(Object.values(looks?.nodes ?? {}).map(({ x, y }) => ({ x, y, width: 0, height: 0 })));
  const isDone = store.edit(texts.edits.dissolveSubgraph, (draft) => {
    write(draft, store, dissolved.workflow);
    if (name !== undefined) forgetUnused(draft, name);
    delete draft.layout.nodes[id];
    for (const [inner, outer] of dissolved.ids) {
      const place: NodeLayout = looks?.nodes[inner] ?? { x: 0, y: 0 };
      const x = Math.round(at.x + place.x - (corner?.x ?? 0));
      const y = Math.round(at.y + place.y - (corner?.y ?? 0));
      draft.layout.nodes[outer] = { ...place, x, y } as never;
    }
    forgetLinkLooks(draft);
  });
  return isDone ? [...dissolved.ids.values()] : undefined;
}

/** @param title empty: the subgraph goes by its name */
export function setSubgraphTitle(store: DocumentStore, subgraph: string, title: string): boolean {
  return store.edit(
    texts.edits.rename,
    (draft) => {
      const body = draft.subgraphs?.[subgraph];
      if (body === undefined) return;
      if (title === '') delete body.title;
      else body.title = title;
    },
    `title ${subgraph}`,
  );
}

/** Names a param of the workflow's own nodes as an input, or takes the name away. */
export function setWorkflowInput(
  store: DocumentStore,
  name: string,
  input: WorkflowInput | undefined,
  mergeKey?: string,
): boolean {
  return store.edit(
    texts.edits.workflowInput,
    (draft) => {
      const { [name]: _, ...others } = draft.inputs ?? {};
      const inputs = input === undefined ? others : { ...draft.inputs, [name]: { ...input, to: [...input.to] } };
      if (Object.keys(inputs).length === 0) delete draft.inputs;
      else draft.inputs = inputs as never;
    },
    mergeKey,
  );
}

/** Lets the node of the subgraph on the canvas set a param of one of the nodes inside, or no longer. */
export function promoteParam(store: DocumentStore, place: string, isPromoted: boolean): boolean {
  const name = store.scope.at(-1)?.subgraph;
  const param = parseLink(place)?.output;
  if (name === undefined || param === undefined) return false;
  return store.edit(texts.edits.promoteParam, (draft) => {
    const body = draft.subgraphs?.[name];
    if (body === undefined) return;
    const others = Object.entries(body.params ?? {}).filter(([, inner]) => inner !== place);
    const free = numbered(param, (taken) => others.some(([other]) => other === taken));
    const params = isPromoted ? [...others, [free, place] as const] : others;
    if (params.length === 0) delete body.params;
    else body.params = Object.fromEntries(params);
  });
}

type PortKind = 'inputs' | 'outputs' | 'params';

/** Calls a port or param of a subgraph otherwise, also where it is used. @returns false if the name is taken */
export function renamePort(
  store: DocumentStore,
  {
    subgraph,
    kind,
    from,
    to,
  }: { readonly subgraph: string; readonly kind: PortKind; readonly from: string; readonly to: string },
): boolean {
  const body = store.whole.subgraphs?.[subgraph];
  const ports = body?.[kind] ?? {};
  if (from === to || Object.hasOwn(ports, to) || !Object.hasOwn(ports, from)) return false;
  return store.edit(texts.edits.rename, (draft) => {
    const own = draft.subgraphs?.[subgraph];
    if (own === undefined) return;
    own[kind] = renamedKey((own[kind] ?? {}) as Readonly<Record<string, unknown>>, from, to) as never;
    changeUses(draft, { store, subgraph, kind, port: from }, to);
  });
}

/** A port of the subgraph on the canvas, to be. */
export interface NewPort {
  readonly kind: 'inputs' | 'outputs';
  /** `node.port` inside. */
  readonly place: string;
  /** Of an input. */
  readonly type: string;
}

/** Adds a port to the subgraph on the canvas for one of a node inside. */
export function addPort(store: DocumentStore, { kind, place, type }: NewPort): boolean {
  const name = store.scope.at(-1)?.subgraph;
  const port = parseLink(place)?.output;
  if (name === undefined || port === undefined) return false;
  return store.edit(texts.edits.addPort, (draft) => {
    const body = draft.subgraphs?.[name];
    if (body === undefined) return;
    const free = numbered(port, (taken) => Object.hasOwn(body[kind] ?? {}, taken));
    const added = { ...body[kind], [free]: kind === 'inputs' ? { type, to: [place] } : place };
    body[kind] = added as never;
  });
}

/** Takes a port or param away from a subgraph, with the wires and values that its uses have there. */
export function removePort(store: DocumentStore, subgraph: string, kind: PortKind, port: string): boolean {
  return store.edit(texts.edits.removePort, (draft) => {
    const own = draft.subgraphs?.[subgraph];
    if (own?.[kind] === undefined) return;
    const { [port]: _, ...others } = own[kind] as Readonly<Record<string, unknown>>;
    if (Object.keys(others).length === 0) delete own[kind];
    else own[kind] = others as never;
    changeUses(draft, { store, subgraph, kind, port }, undefined);
  });
}

interface UsedPort {
  readonly store: DocumentStore;
  readonly subgraph: string;
  readonly kind: PortKind;
  readonly port: string;
}

/** Renames a port where the subgraph is used; without a new name, removes its links and values. */
function changeUses(draft: DocumentDraft, { store, subgraph, kind, port }: UsedPort, to: string | undefined): void {
  const isUse = (node: DocumentDraft['nodes'][string] | undefined) => node?.type === SUBGRAPH_PREFIX + subgraph;
  // The draft of a scope has the nodes of the scope as its own; the others are reached through the subgraphs.
  const whole = store.scope.length === 0 ? [] : [wholeNodes(draft)];
  const groups = new Set([draft.nodes, ...whole, ...Object.values(draft.subgraphs ?? {}).map(({ nodes }) => nodes)]);
  for (const nodes of groups) {
    for (const node of Object.values(nodes)) {
      const key = kind === 'params' ? 'params' : 'inputs';
      const entries = Object.entries((node[key] ?? {}) as Readonly<Record<string, unknown>>);
      const changed = entries.flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
        if (kind !== 'outputs') {
          if (!isUse(node) || name !== port) return [[name, value]];
          return to === undefined ? [] : [[to, value]];
        }
        const link = parseLink(String(value));
        if (link?.output !== port || !isUse(nodes[link.node])) return [[name, value]];
        return to === undefined ? [] : [[name, `${link.node}.${to}`]];
      });
      const isSame =
        changed.length === entries.length &&
        changed.every((entry, i) => entry[0] === entries[i]?.[0] && entry[1] === entries[i]?.[1]);
      if (isSame) continue;
      if (changed.length === 0) delete node[key];
      else node[key] = Object.fromEntries(changed) as never;
    }
  }
  forgetLinkLooks(draft);
  renameInInputs(draft, { subgraph, kind, port }, to);
}

/** The workflow's inputs may set a param of a node of the subgraph. */
function renameInInputs(
  draft: DocumentDraft,
  { subgraph, kind, port }: Omit<UsedPort, 'store'>,
  to: string | undefined,
): void {
  if (kind !== 'params' || draft.inputs === undefined) return;
  const nodes = wholeNodes(draft);
  for (const [name, input] of Object.entries(draft.inputs)) {
    const places = input.to.flatMap((place) => {
      const at = parseLink(place);
      const isMeant = at?.output === port && nodes[at.node]?.type === SUBGRAPH_PREFIX + subgraph;
      if (!isMeant) return [place];
      return to === undefined ? [] : [`${at.node}.${to}`];
    });
    if (places.length === 0) delete draft.inputs[name];
    else if (places.some((place, i) => place !== input.to[i]) || places.length !== input.to.length) input.to = places;
  }
  if (Object.keys(draft.inputs).length === 0) delete draft.inputs;
}

/** The nodes of the workflow itself, whatever nodes the draft has as its own. */
function wholeNodes(draft: DocumentDraft): DocumentDraft['nodes'] {
  return (draft as DocumentDraft & { readonly [WHOLE_NODES]?: DocumentDraft['nodes'] })[WHOLE_NODES] ?? draft.nodes;
}

function renamedKey<Value>(record: Readonly<Record<string, Value>>, from: string, to: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]));
}

/** What makes and dissolves subgraphs sees of the document: the workflow's inputs name nodes of the workflow only. */
function inScope({ document, whole, scope }: DocumentStore): GroupedWorkflow {
  const inside = scope.at(-1)?.subgraph;
  if (inside === undefined) return document;
  const { inputs: _, ...rest } = document;
  const { inputs, outputs, params } = whole.subgraphs?.[inside] ?? {};
  return { ...rest, ports: { ...(inputs && { inputs }), ...(outputs && { outputs }), ...(params && { params }) } };
}

function write(draft: DocumentDraft, { scope }: DocumentStore, made: GroupedWorkflow): void {
  const { nodes, subgraphs = {}, inputs, ports } = made;
  draft.nodes = nodes as never;
  const inside = scope.at(-1)?.subgraph;
  const body = inside === undefined ? undefined : draft.subgraphs?.[inside];
  if (body !== undefined) Object.assign(body, ports);
  else if (inputs !== undefined) draft.inputs = inputs as never;
  // The remaining ones stay as they are: one of them contains what has just been written.
  const own = draft.subgraphs ?? {};
  for (const name of Object.keys(own)) if (subgraphs[name] === undefined) delete own[name];
  for (const [name, made] of Object.entries(subgraphs)) own[name] ??= made as never;
  if (Object.keys(own).length === 0) delete draft.subgraphs;
  else if (draft.subgraphs === undefined) draft.subgraphs = own;
}

function layoutOf({ nodes, links = {} }: DocumentLayout, ids: ReadonlySet<string>): DocumentLayout {
  const reader = (id: string) => id.slice(0, id.indexOf('.'));
  const kept = Object.entries(links).filter(([id]) => ids.has(reader(id)));
  return {
    nodes: Object.fromEntries(Object.entries(nodes).filter(([id]) => ids.has(id))),
    frames: [],
    notes: [],
    ...(kept.length > 0 && { links: Object.fromEntries(kept) }),
  };
}

/** An unused subgraph is removed with the last node that used it. */
function forgetUnused(draft: DocumentDraft, name: string): void {
  const groups = [wholeNodes(draft), ...Object.values(draft.subgraphs ?? {}).map(({ nodes }) => nodes)];
  const isUsed = groups.some((nodes) => Object.values(nodes).some(({ type }) => type === SUBGRAPH_PREFIX + name));
  if (isUsed || draft.subgraphs === undefined) return;
  delete draft.subgraphs[name];
  if (Object.keys(draft.subgraphs).length === 0) delete draft.subgraphs;
}

/** Wires that are gone leave no points behind. */
function forgetLinkLooks(draft: DocumentDraft): void {
  for (const id of Object.keys(draft.layout.links ?? {})) {
    const dot = id.indexOf('.');
    if (draft.nodes[id.slice(0, dot)]?.inputs?.[id.slice(dot + 1)] === undefined) delete draft.layout.links?.[id];
  }
  if (draft.layout.links && Object.keys(draft.layout.links).length === 0) delete draft.layout.links;
}
