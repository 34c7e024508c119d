import type { NodeDefinition, Param, WorkflowNode } from '@unclip-studio/graph-core';
import type { Box, NodeLayout, Point } from '../document/document.js';
import { PARAM_ROW_HEIGHT, WIDGET_ROWS, widgetOf } from './param-widgets.js';
import { type ShownInputs, shownInputs } from './shown-inputs.js';

/** Heights and widths of the parts of a card, in canvas units. The style sheet reads them from here. */
export const CARD = {
  header: 36,
  portRow: 26,
  paramRow: PARAM_ROW_HEIGHT,
  moreRow: 28,
  images: 232,
  pad: 264,
  padding: 8,
  width: 248,
  wideWidth: 280,
  minWidth: 180,
  maxWidth: 900,
  maxHeight: 1600,
} as const;

export type PortSide = 'input' | 'output';

/** One part below the ports, from top to bottom. */
export type CardPart = { readonly height: number } & (
  | { readonly kind: 'param'; readonly name: string }
  /** A button that shows or hides the seldom used inputs and params. */
  | { readonly kind: 'more'; readonly names: readonly string[] }
  | { readonly kind: 'images' }
  /** A plane on which a point says how much each of the node's parts counts. */
  | { readonly kind: 'pad' }
);

/** Where everything on a card is, worked out and not measured: wires, fit, overview and selection need no DOM. */
export interface CardLayout {
  readonly width: number;
  readonly height: number;
  /** The smallest size that shows everything. */
  readonly minHeight: number;
  /** Rows of ports; the longer side counts. */
  readonly portRows: number;
  readonly parts: readonly CardPart[];
  /** The row that shows or hides inputs which are not connected, by the middle of its height. */
  readonly moreInputs: { readonly names: readonly string[]; readonly y: number } | undefined;
  /** Where images stand, from the card's top left corner. */
  readonly imageBox: Box | undefined;
  /** The middle of a socket, from the card's top left corner; `undefined` if there is no such port, or it is folded away. */
  socket(side: PortSide, name: string): Point | undefined;
}

/** The layouts of a definition with certain looks. */
interface KnownLayouts {
  readonly byUse: Map<string, CardLayout>;
  /** The node that was requested last, with its layout: every frame of a pan requests the same nodes again. */
  last?: { readonly node: LayoutNode | undefined; readonly around: CardSurroundings; readonly layout: CardLayout };
}

type LayoutNode = Pick<WorkflowNode, 'inputs' | 'params'>;

/** What besides the node says which inputs its card shows; compared by identity. */
export interface CardSurroundings {
  /** Inputs that are connected from outside of the subgraph the node is in. */
  readonly fed?: ReadonlySet<string> | undefined;
  /** A wire is held over the card. */
  readonly isOpen?: boolean;
}

const ALONE: CardSurroundings = {};

const known = new WeakMap<NodeDefinition, WeakMap<NodeLayout, KnownLayouts>>();

/**
 * The layout of one card. The same definition, looks and use of added settings give the same object.
 *
 * Inputs and params that were added to a node show once they are used, or all settings are shown; of many optional
 * inputs those that are not connected share one row.
 *
 * @param node must not be changed afterwards; it is compared by identity
 */
export function layoutCard(
  definition: NodeDefinition,
  looks: NodeLayout,
  node?: LayoutNode,
  around: CardSurroundings = ALONE,
): CardLayout {
  let ofDefinition = known.get(definition);
  if (ofDefinition === undefined) {
    ofDefinition = new WeakMap();
    known.set(definition, ofDefinition);
  }
  let ofLooks = ofDefinition.get(looks);
  if (ofLooks === undefined) {
    ofLooks = { byUse: new Map() };
    ofDefinition.set(looks, ofLooks);
  }
  const { last } = ofLooks;
  if (last !== undefined && last.node === node && last.around === around) return last.layout;
  const showsInputs = looks.showsAll === true || looks.showsInputs === true || around.isOpen === true;
  const use = useOf(definition, node ?? {}, { ...around, isOpen: showsInputs });
  const key = [...use.inputs.shown, use.inputs.folded.length, ...use.unusedParams, '', ...use.laterParams].join(' ');
  let layout = ofLooks.byUse.get(key);
  if (layout === undefined) {
    layout = computeLayout(definition, looks, use);
    ofLooks.byUse.set(key, layout);
  }
  ofLooks.last = { node, around, layout };
  return layout;
}

/** What a node makes of its definition, as far as its card depends on it. */
interface Use {
  readonly inputs: ShownInputs;
  /** Inputs that were added to the node type, and are not connected. */
  readonly unusedInputs: ReadonlySet<string>;
  /** Params that were added to the node type, and have their default. */
  readonly unusedParams: ReadonlySet<string>;
  /** Params of a change from a step on that are set. */
  readonly laterParams: ReadonlySet<string>;
}

function useOf({ inputs, params, later }: NodeDefinition, node: LayoutNode, { fed, isOpen }: CardSurroundings): Use {
  const isUsed = (name: string) =>
    (node.inputs !== undefined && Object.hasOwn(node.inputs, name)) || fed?.has(name) === true;
  const isSet = (name: string) => node.params !== undefined && Object.hasOwn(node.params, name);
  const unused = (declared: Readonly<Record<string, { readonly added?: true }>>, isNeeded: (name: string) => boolean) =>
    new Set(Object.keys(declared).filter((name) => declared[name]?.added && !isNeeded(name)));
  const ofLater = later === undefined ? [] : [later.at, ...Object.values(later.params)];
  return {
    inputs: shownInputs(inputs, { isUsed, isOpen: isOpen === true }),
    unusedInputs: unused(inputs, isUsed),
    unusedParams: unused(params, isSet),
    laterParams: new Set(
      ofLater.flatMap((name) => (name !== undefined && node.params?.[name] !== undefined ? [name] : [])),
    ),
  };
}

function rowOf(param: Param) {
  return WIDGET_ROWS[widgetOf(param)];
}

function computeLayout(definition: NodeDefinition, looks: NodeLayout, use: Use): CardLayout {
  const showsAll = looks.showsAll === true;
  const { folded } = use.inputs;
  const inputs = showsAll ? Object.keys(definition.inputs) : use.inputs.shown;
  const outputs = Object.keys(definition.outputs);
  const hasMore = folded.length > 0 && !showsAll;
  const portRows = Math.max(inputs.length + (hasMore ? 1 : 0), outputs.length);
  const natural = naturalParts(definition, use, showsAll);
  const fixedHeight = CARD.header + portRows * CARD.portRow + CARD.padding;
  const minHeight =
    natural.reduce((sum, part) => sum + part.height, fixedHeight) + (natural.length > 0 ? CARD.padding : 0);
  const isCollapsed = looks.collapsed === true;
  const rowMiddle = (row: number) => CARD.header + CARD.padding / 2 + (row + 0.5) * CARD.portRow;
  const width = clamp(looks.width ?? naturalWidth(definition), CARD.minWidth, CARD.maxWidth);
  const height = clamp(looks.height ?? 0, minHeight, Math.max(minHeight, CARD.maxHeight));
  const parts = isCollapsed ? [] : grown(natural, height - minHeight);
  return {
    width,
    height: isCollapsed ? CARD.header : height,
    minHeight,
    portRows,
    parts,
    imageBox: imageBoxOf(definition, parts, { width, height }),
    moreInputs: hasMore && !isCollapsed ? { names: folded, y: rowMiddle(inputs.length) } : undefined,
    socket(side, name) {
      const row = (side === 'input' ? inputs : outputs).indexOf(name);
      if (row < 0) return undefined;
      return { x: side === 'input' ? 0 : width, y: isCollapsed ? CARD.header / 2 : rowMiddle(row) };
    },
  };
}

type NaturalPart = CardPart & { readonly grows: boolean };

// A card with more params than this hides the later ones, unless they hold what a user cannot do without.
const MAX_PLAIN_PARAMS = 7;
const SHOWN_FIRST = 4;

function naturalParts(definition: NodeDefinition, use: Use, showsAll: boolean): readonly NaturalPart[] {
  const all = Object.entries(definition.params);
  const plain = all.filter(([name]) => !use.unusedParams.has(name));
  const seldom = new Set(
    plain
      .filter(([name, param], index) => {
        const isWanted = rowOf(param).isAlwaysShown || use.laterParams.has(name);
        return plain.length > MAX_PLAIN_PARAMS && index >= SHOWN_FIRST && !isWanted;
      })
      .map(([name]) => name),
  );
  const toPart = ([name, param]: (typeof all)[number]): NaturalPart => {
    const { height, grows } = rowOf(param);
    return { kind: 'param', name, height, grows };
  };
  const parts: NaturalPart[] = plain.filter(([name]) => !seldom.has(name)).map(toPart);
  if (definition.mix !== undefined) parts.unshift({ kind: 'pad', height: CARD.pad, grows: true });
  const folded = all.filter(([name]) => use.unusedParams.has(name) || seldom.has(name));
  const names = [...use.unusedInputs, ...folded.map(([name]) => name)];
  // Rows hidden only because they are unused take no space; the menu of the card shows them.
  if (seldom.size > 0 || (showsAll && names.length > 0)) {
    parts.push({ kind: 'more', names, height: CARD.moreRow, grows: false });
  }
  if (showsAll) parts.push(...folded.map(toPart));
  if (showsImages(definition)) parts.push({ kind: 'images', height: CARD.images, grows: true });
  return parts;
}

/** Parts stand at the bottom of the card. */
function imageBoxOf(
  { params }: NodeDefinition,
  parts: readonly CardPart[],
  { width, height }: Pick<Box, 'width' | 'height'>,
): Box | undefined {
  const isImage = (part: CardPart) =>
    part.kind === 'images' || (part.kind === 'param' && params[part.name]?.kind === 'image');
  const found = parts.findLastIndex(isImage);
  const part = parts[found];
  if (part === undefined) return undefined;
  const below = parts.slice(found + 1).reduce((sum, one) => sum + one.height, 0);
  const y = height - below - part.height;
  return { x: CARD.padding, y, width: width - 2 * CARD.padding, height: part.height - CARD.padding };
}

/** The text of a param with several lines, which a card shows at any zoom; `undefined` if there is none. */
export function longText(param: Param | undefined, value: unknown): string | undefined {
  const isLong = param?.kind === 'text' && param.multiline === true;
  return isLong && typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Hands the surplus height out among the parts that can use it. */
function grown(parts: readonly NaturalPart[], surplus: number): readonly CardPart[] {
  const growing = parts.filter(({ grows }) => grows).length;
  const share = growing === 0 ? 0 : surplus / growing;
  return parts.map(({ grows, ...part }) => (grows ? { ...part, height: part.height + share } : part));
}

function naturalWidth(definition: NodeDefinition): number {
  const isWide =
    showsImages(definition) ||
    definition.mix !== undefined ||
    Object.values(definition.params).some((param) => rowOf(param).grows);
  return isWide ? CARD.wideWidth : CARD.width;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/**
 * Whether a card reserves space for images: those which the node outputs for the user, or its previews while it works
 * in steps.
 */
export function showsImages(definition: NodeDefinition): boolean {
  const readsImages = Object.values(definition.inputs).some(({ type }) => type === 'image');
  return (definition.sideEffects === true && readsImages) || definition.preview !== undefined;
}
