import { type Inpainting, parseLink, type WorkflowNode } from '@unclip-studio/graph-core';
import { current, isDraft } from 'immer';
import { portType } from '../catalog/can-connect.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { takeSettings } from '../catalog/follow-cuts.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import { type ImageLoader, loaderFor, loaderOf, nearestSource } from '../catalog/image-nodes.js';
import { cuttersBefore, feedsOnly, readerOf, sourceOf } from '../catalog/mask-path.js';
import { type OutputRef, removeLink, setInput } from '../document/commands/links.js';
import { writeParam } from '../document/commands/params.js';
import type { DocumentDraft, Point, WorkflowDocument } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { linkId, linksOf, type Nodes, nodesReached } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';

/** The redrawn part, and the node that redraws it. */
export interface InpaintingParts {
  /** The node that redraws; see {@link redrawingNode}. */
  readonly sampler: string;
  /** A node that loads the image, or the name of an image without a node. */
  readonly image: { readonly node: string } | { readonly name: string };
  /** The name of the painted mask. */
  readonly mask: string;
  /** What the redrawn part shows, if that is to be set. */
  readonly prompt?: string;
}

/** The node that redraws part of an image: the nearest before `near`, or else the first of the workflow. */
export function redrawingNode(document: WorkflowDocument, catalog: EditorCatalog, near?: string): string | undefined {
  const { nodes } = document;
  const redraws = (id: string) => definitionOf(catalog, nodes, id)?.inpaint?.encoder !== undefined;
  const before = near !== undefined && nodes[near] !== undefined ? nearestSource(nodes, near, redraws) : undefined;
  return before ?? Object.keys(nodes).find(redraws);
}

/** The text that says what a node draws: its node, param and value. */
export function promptOf(document: WorkflowDocument, catalog: EditorCatalog, sampler: string) {
  const { nodes } = document;
  const input = definitionOf(catalog, nodes, sampler)?.inpaint?.prompt ?? '';
  const first = parseLink(nodes[sampler]?.inputs?.[input] ?? '')?.node;
  const isText = (id: string) => textParamOf(catalog, nodes[id]) !== undefined;
  const node = first === undefined ? undefined : nearestSource(nodes, first, isText);
  const name = node === undefined ? undefined : textParamOf(catalog, nodes[node]);
  if (node === undefined || name === undefined) return undefined;
  const param = definitionOf(catalog, nodes, node)?.params[name];
  return { node, name, param, value: String(nodes[node]?.params?.[name] ?? param?.default ?? '') };
}

function textParamOf(catalog: EditorCatalog, node: WorkflowNode | undefined): string | undefined {
  const params = catalog.types.get(node?.type ?? '')?.params ?? {};
  return Object.entries(params).find(([, param]) => param.kind === 'text' && param.multiline && !param.names)?.[0];
}

/**
 * The node whose image is the mask of what the sampler redraws; `undefined` if there is none, or others read it too.
 */
export function maskNodeOf(document: WorkflowDocument, catalog: EditorCatalog, sampler: string): string | undefined {
  return maskChain(document.nodes, catalog, sampler).loader;
}

/** The node that loads the mask of what the sampler redraws, and those by which the mask is cut as its image is. */
function maskChain(nodes: Nodes, catalog: EditorCatalog, sampler: string) {
  const twins = new Map(
    [...catalog.types.values()].flatMap(({ cutsMask }) => (cutsMask ? [[cutsMask.type, cutsMask] as const] : [])),
  );
  const { node: reader, inpaint } = readerOf(nodes, catalog, sampler);
  const cuts: string[] = [];
  let next = reader;
  let before = sourceOf(nodes, reader, inpaint?.mask ?? '')?.node;
  while (before !== undefined && !cuts.includes(before) && feedsOnly(nodes, before, next)) {
    const twin = twins.get(nodes[before]?.type ?? '');
    if (twin === undefined) break;
    cuts.unshift(before);
    next = before;
    before = sourceOf(nodes, before, twin.input)?.node;
  }
  const loader = before === undefined ? undefined : loaderOf(definitionOf(catalog, nodes, before));
  const isOwn = before !== undefined && loader?.maskParams !== undefined && feedsOnly(nodes, before, next);
  return isOwn ? { loader: before, cuts } : { loader: undefined, cuts: [] };
}

/**
 * Connects an image and a mask to the node that redraws, as one step. Existing nodes are reused: the mask's node, the
 * encoder, and a node that loads the image for no other reader.
 *
 * @returns the nodes that were added or changed
 */
export function wireInpainting(
  store: DocumentStore,
  catalog: EditorCatalog,
  parts: InpaintingParts,
): readonly string[] {
  const touched: string[] = [];
  store.edit(texts.edits.inpaint, (draft) => {
    const wiring = new Wiring(draft, catalog, touched);
    wiring.leadImage(parts);
    wiring.leadMask(parts.sampler, parts.mask);
    const prompt = parts.prompt === undefined ? undefined : promptOf(store.document, catalog, parts.sampler);
    if (prompt !== undefined) writeParam(draft, { ...prompt, value: parts.prompt });
  });
  return [...new Set(touched)];
}

/** Gives a node that loads a mask another one, cut as the image is on its way to where both are read, as one step. */
export function replaceMask(
  store: DocumentStore,
  catalog: EditorCatalog,
  { node, mask }: { readonly node: string; readonly mask: string },
): void {
  store.edit(texts.edits.inpaint, (draft) => new Wiring(draft, catalog, []).replaceMask(node, mask));
}

/** Adds a node for a painted mask next to a node, without links. @returns its id */
export function addMaskBeside(
  store: DocumentStore,
  catalog: EditorCatalog,
  { node, mask }: { readonly node: string; readonly mask: string },
): string | undefined {
  const touched: string[] = [];
  store.edit(texts.edits.inpaint, (draft) => new Wiring(draft, catalog, touched).addMask(node, mask));
  return touched[0];
}

/** What one edit does. Each part builds on those before, so it reads the document as they left it. */
class Wiring {
  readonly #draft: DocumentDraft;
  readonly #catalog: EditorCatalog;
  readonly #touched: string[];

  constructor(draft: DocumentDraft, catalog: EditorCatalog, touched: string[]) {
    this.#draft = draft;
    this.#catalog = catalog;
    this.#touched = touched;
  }

  leadImage({ sampler, image }: InpaintingParts): void {
    const { node: reader, inpaint } = readerOf(this.#document.nodes, this.#catalog, sampler);
    if (inpaint === undefined) return;
    if ('node' in image && this.#isBefore(image.node, reader, inpaint.image)) return;
    const encoder = this.#encoderBefore(reader, inpaint);
    // Where the image goes in the end: into the encoder, or straight into the node.
    const end =
      inpaint.encoder === undefined
        ? { node: reader, input: inpaint.image }
        : { node: encoder ?? this.#addEncoder(reader, inpaint), input: inpaint.encoder.input };
    const loader = 'node' in image ? image.node : this.#loaderBefore(end, image.name);
    const output = loaderOf(this.#definition(loader))?.output;
    if (output !== undefined) setInput(this.#draft, { node: loader, output }, end);
  }

  leadMask(sampler: string, mask: string): void {
    const { nodes } = this.#document;
    const { node: reader, inpaint } = readerOf(nodes, this.#catalog, sampler);
    if (inpaint === undefined) return;
    const { loader: before, cuts } = maskChain(nodes, this.#catalog, sampler);
    const loader = before === undefined ? undefined : loaderOf(this.#definition(before));
    if (before !== undefined && loader !== undefined) this.#setImage(before, loader, mask);
    const cutters = cuttersBefore(nodes, this.#catalog, { node: reader, inpaint }).flatMap((cutter) => {
      const twin = this.#definition(cutter)?.cutsMask;
      return twin === undefined ? [] : [{ cutter, twin }];
    });
    // From right to left: the reader, what cuts the mask, and what loads it.
    let column = cutters.length + 1;
    let from =
      before === undefined ? this.addMask(reader, mask, column) : loader && { node: before, output: loader.output };
    if (from === undefined) return;
    const left = [...cuts];
    for (const { cutter, twin } of cutters) {
      column--;
      const reused = left.findIndex((id) => nodes[id]?.type === twin.type);
      const [node = this.#add({ type: twin.type }, this.#placeBefore(reader, column, 620))] =
        reused < 0 ? [] : left.splice(reused, 1);
      takeSettings(this.#draft, this.#catalog, { node, from: cutter });
      this.#touched.push(node);
      setInput(this.#draft, from, { node, input: twin.input });
      from = { node, output: twin.output };
    }
    // Of a node that no longer cuts the image.
    for (const id of left) this.#remove(id);
    setInput(this.#draft, from, { node: reader, input: inpaint.mask });
  }

  replaceMask(node: string, mask: string): void {
    const loader = loaderOf(this.#definition(node));
    if (loader !== undefined) this.#setImage(node, loader, mask);
    for (const id of Object.keys(this.#document.nodes)) {
      const isReader = this.#definition(id)?.inpaint?.encoder !== undefined;
      if (isReader && maskNodeOf(this.#document, this.#catalog, id) === node) this.leadMask(id, mask);
    }
  }

  addMask(beside: string, mask: string, columns = 1): OutputRef | undefined {
    const loader = loaderFor(this.#catalog, 'mask');
    if (loader === undefined) return undefined;
    const node = this.#add({ type: loader.type }, this.#placeBefore(beside, columns, 620));
    this.#setImage(node, loader, mask);
    return { node, output: loader.output };
  }

  #encoderBefore(reader: string, { image, encoder }: Inpainting): string | undefined {
    const before = this.#sourceOf(reader, image)?.node;
    const isEncoder = before !== undefined && this.#draft.nodes[before]?.type === encoder?.type;
    return isEncoder && feedsOnly(this.#document.nodes, before, reader) ? before : undefined;
  }

  #addEncoder(reader: string, { image, encoder }: Inpainting): string {
    const type = encoder?.type ?? '';
    const node = this.#add(
      { type, ...(encoder?.params && { params: { ...encoder.params } }) },
      this.#placeBefore(reader, 1, 300),
    );
    for (const [input, port] of Object.entries(this.#catalog.types.get(type)?.inputs ?? {})) {
      const source = port.optional === true || input === encoder?.input ? undefined : this.#giverOf(port.type, reader);
      if (source !== undefined) setInput(this.#draft, source, { node, input });
    }
    setInput(this.#draft, { node, output: encoder?.output ?? '' }, { node: reader, input: image });
    return node;
  }

  #loaderBefore(end: { readonly node: string; readonly input: string }, name: string): string {
    const before = this.#sourceOf(end.node, end.input)?.node;
    const known = before === undefined ? undefined : loaderOf(this.#definition(before));
    if (before !== undefined && known !== undefined && feedsOnly(this.#document.nodes, before, end.node)) {
      this.#setImage(before, known, name);
      return before;
    }
    const loader = loaderFor(this.#catalog, 'image');
    const node = this.#add({ type: loader?.type ?? '' }, this.#placeBefore(end.node, 1, 0));
    if (loader !== undefined) this.#setImage(node, loader, name);
    return node;
  }

  #setImage(node: string, { param: name, maskParams }: ImageLoader, image: string): void {
    const params = this.#definition(node)?.params ?? {};
    writeParam(this.#draft, { node, name, param: params[name], value: image });
    for (const [other, value] of Object.entries(maskParams ?? {})) {
      writeParam(this.#draft, { node, name: other, param: params[other], value });
    }
    this.#touched.push(node);
  }

  #add(node: WorkflowNode, at: Point): string {
    const { nodes, layout } = this.#draft;
    const id = freshNodeId(node.type, (taken) => Object.hasOwn(nodes, taken));
    const definition = this.#catalog.types.get(node.type);
    const place =
      definition === undefined ? at : freePlaceForNode(this.#document, this.#catalog, { node, definition, at });
    nodes[id] = node as DocumentDraft['nodes'][string];
    layout.nodes[id] = place;
    this.#touched.push(id);
    return id;
  }

  #remove(id: string): void {
    for (const input of Object.keys(this.#draft.nodes[id]?.inputs ?? {})) removeLink(this.#draft, linkId(id, input));
    delete this.#draft.nodes[id];
    delete this.#draft.layout.nodes[id];
  }

  /** Some columns left of a card, and some way down. */
  #placeBefore(node: string, columns: number, down: number): Point {
    const at = this.#draft.layout.nodes[node] ?? { x: 0, y: 0 };
    return { x: at.x - columns * 320, y: at.y + down };
  }

  /** An output of a type that the node and its readers accept, preferably one already used near it. */
  #giverOf(type: string, node: string): OutputRef | undefined {
    const document = this.#document;
    const { nodes } = document;
    const behind = nodesReached(nodes, node, 'down');
    const gives = ({ node: from, output }: OutputRef) =>
      from !== node &&
      !behind.has(from) &&
      portType(document, this.#catalog, { node: from, side: 'output', name: output }) === type;
    const links = linksOf(nodes).map(({ source, output, reader }) => ({ node: source, output, reader }));
    const near = links.filter(({ reader }) => reader === node || behind.has(reader));
    const unused = Object.keys(nodes).flatMap((id) =>
      Object.keys(this.#definition(id)?.outputs ?? {}).map((output) => ({ node: id, output })),
    );
    return [...near, ...links, ...unused].find(gives);
  }

  #isBefore(node: string, reader: string, input: string): boolean {
    const source = this.#sourceOf(reader, input)?.node;
    return source !== undefined && (source === node || nodesReached(this.#document.nodes, source, 'up').has(node));
  }

  #sourceOf(node: string, input: string): OutputRef | undefined {
    return sourceOf(this.#document.nodes, node, input);
  }

  #definition(node: string) {
    return definitionOf(this.#catalog, this.#document.nodes, node);
  }

  get #document(): WorkflowDocument {
    return plainDocument(this.#draft);
  }
}

/** Links and layouts are remembered by their objects, and a draft stays one object while it changes. */
export function plainDocument(draft: DocumentDraft): WorkflowDocument {
  const { format, version, nodes, layout } = draft as WorkflowDocument;
  return { format, version, nodes: plain(nodes), layout: plain(layout) };
}

function plain<Part>(part: Part): Part {
  return isDraft(part) ? (current(part as object) as Part) : part;
}
