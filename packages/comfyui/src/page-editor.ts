import { idOf, isRecord, listOf, textOf } from './comfy-graph.js';
import { connect, lastIdOf } from './new-page.js';
import type { PageLink, PageNode, PagePort } from './page-nodes.js';
import { indexOfWidget, namesOf } from './signatures.js';
import { toUiNode } from './ui-graph.js';

type Page = Record<string, unknown>;

interface FoundNode {
  readonly node: PageNode;
  /** The page, or the definition of a subgraph. */
  readonly holder: Page;
  /** The subgraph's node on the page. */
  readonly outer?: PageNode;
}

/** Edits a page in ComfyUI's format, and reports changes it could not make. */
export class PageEditor {
  readonly #page: Page;
  readonly left: Record<string, string> = {};
  /** Nodes or links that the page had not. */
  #hasNew = false;

  /** @param page is changed */
  constructor(page: Page) {
    this.#page = page;
  }

  finish(): Page {
    if (!this.#hasNew) return this.#page;
    const links = this.#links.map((link) => ({ id: Array.isArray(link) ? link[0] : (link as Page)['id'] }));
    const [lastNode, lastLink] = [lastIdOf(this.#nodes), lastIdOf(links)];
    const atLeast = (key: string, last: number) =>
      Math.max(last, typeof this.#page[key] === 'number' ? (this.#page[key] as number) : 0);
    const state = isRecord(this.#page['state']) ? this.#page['state'] : undefined;
    if (state !== undefined) {
      const most = (key: string, last: number) => Math.max(last, typeof state[key] === 'number' ? state[key] : 0);
      this.#page['state'] = {
        ...state,
        lastNodeId: most('lastNodeId', lastNode),
        lastLinkId: most('lastLinkId', lastLink),
      };
    } else {
      this.#page['last_node_id'] = atLeast('last_node_id', lastNode);
      this.#page['last_link_id'] = atLeast('last_link_id', lastLink);
    }
    return this.#page;
  }

  get #nodes(): PageNode[] {
    return this.#page['nodes'] as PageNode[];
  }

  get #links(): unknown[] {
    if (!Array.isArray(this.#page['links'])) return [];
    return this.#page['links'];
  }

  has(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  /** A node by its id after expanding subgraphs: `5:3` is the node 3 of the subgraph of node 5. */
  #find(id: string): FoundNode | undefined {
    const [first = '', ...inner] = id.split(':');
    let node = nodeOf(this.#page, first);
    let holder = this.#page;
    let outer: PageNode | undefined;
    for (const part of inner) {
      const definition = node && this.#definitionOf(node.type);
      if (definition === undefined) return undefined;
      outer = node;
      holder = definition;
      node = nodeOf(definition, part);
    }
    return node && { node, holder, ...(outer && { outer }) };
  }

  #definitionOf(type: string): Page | undefined {
    const { definitions } = this.#page;
    const listed = isRecord(definitions) ? listOf(definitions['subgraphs']) : [];
    return listed.find((one): one is Page => isRecord(one) && textOf(one['id']) === type);
  }

  /** How often the page shows a subgraph: a change in one is a change in all of them. */
  #countUses(definition: Page): number {
    const { definitions } = this.#page;
    const listed = isRecord(definitions) ? listOf(definitions['subgraphs']).filter(isRecord) : [];
    const all = [this.#page, ...listed].flatMap((holder) => listOf(holder['nodes']).filter(isRecord));
    return all.filter(({ type }) => textOf(type) === textOf(definition['id'])).length;
  }

  setMode(id: string, mode: 0 | 2 | 4): void {
    this.#change(id, 'whether it is muted or bypassed', ({ node }) => {
      node['mode'] = mode;
    });
  }

  setTitle(id: string, title: string | undefined): void {
    this.#change(id, 'its title', ({ node }) => {
      if (title === undefined) delete node['title'];
      else node['title'] = title;
    });
  }

  move(id: string, { dx, dy }: { readonly dx: number; readonly dy: number }): void {
    const found = this.#find(id);
    if (found === undefined || found.outer !== undefined) return;
    const { pos } = found.node;
    const [x, y] = Array.isArray(pos) ? pos : isRecord(pos) ? [pos['0'], pos['1']] : [];
    if (typeof x === 'number' && typeof y === 'number') found.node['pos'] = [x + dx, y + dy];
  }

  #change(id: string, what: string, change: (found: FoundNode) => void): void {
    const found = this.#find(id);
    if (found === undefined) this.left[id] = `The page has no such node; ${what} was not written.`;
    else if (found.outer !== undefined && this.#countUses(found.holder) > 1) {
      this.left[id] = `It is in a subgraph that the page shows several times; ${what} was not written.`;
    } else change(found);
  }

  setValue(id: string, name: string, value: unknown): void {
    const found = this.#find(id);
    const shown = found?.outer && shownPlace(found.outer, id.split(':').at(-1) ?? '', name);
    if (found?.outer !== undefined && shown !== undefined) {
      listOf(found.outer['widgets_values']);
      (found.outer['widgets_values'] as unknown[])[shown] = value;
      return;
    }
    this.#change(id, `its ${name}`, ({ node, holder }) => {
      this.#disconnect(holder, node, name);
      if (!writeValue(node, name, value))
        this.left[id] = `The page has no position for ${name}, so it was not written.`;
    });
  }

  link(id: string, name: string, [from, slot]: readonly [string, number]): void {
    const source = this.#find(from);
    this.#change(id, `the link to its ${name}`, ({ node, holder }) => {
      if (source === undefined || source.holder !== holder || holder !== this.#page) {
        this.left[id] = `The link to its ${name} would lead into or out of a subgraph; it was not written.`;
        return;
      }
      this.#disconnect(holder, node, name);
      this.#hasNew = true;
      const links: PageLink[] = [];
      const offset = this.#lastLinkId();
      this.#page['links'] ??= [];
      connect({ source: source.node, slot, target: node, name }, links);
      this.#renumber(links, { source: source.node, slot, target: node }, offset);
    });
  }

  #lastLinkId(): number {
    const ids = this.#links.map((link) => (Array.isArray(link) ? link[0] : isRecord(link) ? link['id'] : 0));
    const said = this.#page['last_link_id'];
    return Math.max(0, ...ids.filter((one) => typeof one === 'number'), typeof said === 'number' ? said : 0);
  }

  /** Gives a new link the next id of the page, and the form that the page's links have. */
  #renumber(
    links: readonly PageLink[],
    { source, slot, target }: { readonly source: PageNode; readonly slot: number; readonly target: PageNode },
    offset: number,
  ): void {
    for (const [before, fromId, fromSlot, toId, toSlot, type] of links) {
      const id = offset + 1;
      const output = source.outputs?.[slot];
      if (output !== undefined) {
        const known = listOf(output['links']);
        output['links'] = [...known.slice(0, known.lastIndexOf(before)), id];
      }
      const input = target.inputs?.[toSlot];
      if (input !== undefined) input['link'] = id;
      const isList = this.#links.length === 0 || Array.isArray(this.#links[0]);
      this.#links.push(
        isList
          ? [id, fromId, fromSlot, toId, toSlot, type]
          : { id, origin_id: fromId, origin_slot: fromSlot, target_id: toId, target_slot: toSlot, type },
      );
    }
  }

  unlink(id: string, name: string): void {
    this.#change(id, `that nothing leads to its ${name}`, ({ node, holder }) => this.#disconnect(holder, node, name));
  }

  #disconnect(holder: Page, node: PageNode, name: string): void {
    const slot = (node.inputs ?? []).findIndex((input) => input.name === name || widgetOf(input) === name);
    if (slot < 0) return;
    const gone = listOf(holder['links']).filter((link) => {
      const { to, toSlot } = endsOf(link);
      return to === idOf(node.id) && toSlot === slot;
    });
    this.#drop(holder, gone);
  }

  #drop(holder: Page, gone: readonly unknown[]): void {
    if (gone.length === 0) return;
    const ids = new Set(gone.map((link) => endsOf(link).id));
    holder['links'] = listOf(holder['links']).filter((link) => !gone.includes(link));
    for (const node of listOf(holder['nodes']) as PageNode[]) {
      for (const input of node.inputs ?? []) if (ids.has(idOf(input['link']))) input['link'] = null;
      for (const output of node.outputs ?? []) {
        if (Array.isArray(output['links'])) output['links'] = output['links'].filter((link) => !ids.has(idOf(link)));
      }
    }
  }

  remove(id: string): void {
    const found = this.#find(id);
    if (found === undefined) return;
    if (found.outer !== undefined) {
      this.left[id] = 'It is in a subgraph; that it was deleted here was not written.';
      return;
    }
    const own = idOf(found.node.id);
    const ends = this.#links.filter((link) => endsOf(link).from === own || endsOf(link).to === own);
    this.#drop(this.#page, ends);
    this.#page['nodes'] = this.#nodes.filter((node) => node !== found.node);
  }

  /** @returns its id */
  add(toNode: (id: number, order: number) => PageNode): string {
    const said = this.#page['last_node_id'];
    const id = Math.max(lastIdOf(this.#nodes), typeof said === 'number' ? said : 0) + 1;
    this.#nodes.push(toNode(id, this.#nodes.length));
    this.#hasNew = true;
    this.#page['last_node_id'] = id;
    return String(id);
  }

  setNote(id: string, text: string): void {
    const node = nodeOf(this.#page, id);
    if (node !== undefined) node['widgets_values'] = [text];
  }

  get groups(): Record<string, unknown>[] {
    return listOf(this.#page['groups']).filter(isRecord) as Record<string, unknown>[];
  }

  setGroups(groups: readonly Record<string, unknown>[]): void {
    this.#page['groups'] = groups;
  }
}

function nodeOf(holder: Page, id: string): PageNode | undefined {
  return (listOf(holder['nodes']) as PageNode[]).find((node) => isRecord(node) && idOf(node.id) === id);
}

function widgetOf(input: PagePort): unknown {
  return isRecord(input['widget']) ? input['widget']['name'] : undefined;
}

function endsOf(link: unknown) {
  const [id, from, , to, toSlot] = isRecord(link)
    ? [link['id'], link['origin_id'], link['origin_slot'], link['target_id'], link['target_slot']]
    : listOf(link);
  return { id: idOf(id), from: idOf(from), to: idOf(to), toSlot };
}

/** The position of an inner widget among the values of a subgraph's node. */
function shownPlace(outer: PageNode, inner: string, widget: string): number | undefined {
  const properties = isRecord(outer['properties']) ? outer['properties'] : {};
  const values = outer['widgets_values'];
  const place = listOf(properties['proxyWidgets']).findIndex((entry) => {
    const [node, name] = listOf(entry);
    return idOf(node) === inner && name === widget;
  });
  return place >= 0 && Array.isArray(values) && place < values.length ? place : undefined;
}

/** @returns whether the node says where the widget is */
function writeValue(node: PageNode, name: string, value: unknown): boolean {
  const { widgets_values: values, widgets_values_named: named } = node;
  if (isRecord(named)) node['widgets_values_named'] = { ...named, [name]: value };
  if (isRecord(values)) node['widgets_values'] = { ...values, [name]: value };
  if (!Array.isArray(values)) return isRecord(named) || isRecord(values);
  const read = toUiNode(String(node.id), node.type, { ...node, widgets_values_named: undefined });
  const place = indexOfWidget(namesOf(read) ?? [], values, name);
  if (place < 0 || place > values.length) return isRecord(named);
  values[place] = value;
  return true;
}
