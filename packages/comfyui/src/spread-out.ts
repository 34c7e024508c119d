import { unclipNodes } from '@unclip-studio/nodes-unclip';
import type { ComfyBox, ComfyGraph, ComfyGroup } from './comfy-graph.js';
import type { AddedNode } from './conversion.js';

// Of a card in the editor, in canvas pixels: a test compares the layout here with the editor's own sizes.
const CARD_WIDTH = 280;
const HEAD_HEIGHT = 52;
const PORT_HEIGHT = 26;
const PARAM_HEIGHT = 32;
const TEXT_HEIGHT = 92;
const IMAGE_HEIGHT = 168;
const RESULT_HEIGHT = 232;
// A card with more params than the first shows about as many as the second.
const MAX_PLAIN_PARAMS = 7;
const SHOWN_PARAMS = 7;
const GAP = 24;
const FRAME_MARGIN = 40;

const NODES = new Map(unclipNodes.map((node) => [node.type, node]));

interface PlacedCard {
  readonly id: string;
  /** As it was. */
  readonly before: ComfyBox;
  after: ComfyBox;
}

/** A layout in which cards that are taller than ComfyUI's push down those below, and frames follow their contents. */
export function spreadOut(
  added: readonly AddedNode[],
  { groups, notes }: ComfyGraph,
): Readonly<Record<string, unknown>> {
  const cards = added.map(({ id, node, place = NOWHERE }): PlacedCard => {
    const { x, y } = { x: Math.round(place.x), y: Math.round(place.y) };
    return { id, before: place, after: { x, y, width: CARD_WIDTH, height: heightOf(node) } };
  });
  const settled: PlacedCard[] = [];
  for (const card of [...cards].sort((a, b) => a.after.y - b.after.y || a.after.x - b.after.x)) {
    card.after = clearOf(card.after, settled);
    settled.splice(placeBehind(card.after.y, settled), 0, card);
  }
  // A note makes way for cards, and no card for notes.
  const aside = notes.map((note) => clearOf(note, settled));
  return {
    nodes: Object.fromEntries(cards.map(({ id, after: { x, y } }) => [id, { x, y }])),
    frames: groups.map((group, i) => ({ id: `group${i + 1}`, ...frameAround(group, cards) })),
    notes: aside.map((note) => ({ ...note, id: `note${note.id.replace(/[^A-Za-z0-9_-]/g, '-')}` })),
  };
}

/** Moved down until nothing is below it. @param settled from top to bottom, so that one pass finds everything */
function clearOf<Box extends ComfyBox>(box: Box, settled: readonly PlacedCard[]): Box {
  const clear = { x: box.x, y: box.y, width: box.width, height: box.height };
  for (const { after } of settled) if (overlap(clear, after)) clear.y = after.y + after.height + GAP;
  return clear.y === box.y ? box : { ...box, y: clear.y };
}

/** The position of a card among those sorted by y, after those with the same y. */
function placeBehind(y: number, settled: readonly PlacedCard[]): number {
  let [low, high] = [0, settled.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((settled[middle]?.after.y ?? 0) <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

const NOWHERE: ComfyBox = { x: 0, y: 0, width: 0, height: 0 };

function heightOf({ type, inputs = {} }: AddedNode['node']): number {
  const definition = NODES.get(type);
  if (definition === undefined) return HEAD_HEIGHT + PORT_HEIGHT * Math.max(Object.keys(inputs).length, 1);
  const ports = Math.max(Object.keys(definition.inputs).length, Object.keys(definition.outputs).length);
  const params = Object.values(definition.params);
  const tall = params.filter(({ kind }) => kind === 'image' || kind === 'text');
  const plain = params.length - tall.length;
  const shown = params.length > MAX_PLAIN_PARAMS ? Math.min(plain, SHOWN_PARAMS) : plain;
  const rows = tall.map(({ kind }) => (kind === 'image' ? IMAGE_HEIGHT : TEXT_HEIGHT));
  const readsImages = Object.values(definition.inputs).some((port) => port.type === 'image');
  const showsResults = (definition.sideEffects === true && readsImages) || Object.hasOwn(definition.params, 'steps');
  const results = showsResults ? RESULT_HEIGHT : 0;
  return [...rows, PORT_HEIGHT * ports, PARAM_HEIGHT * shown, results].reduce((sum, part) => sum + part, HEAD_HEIGHT);
}

function overlap(a: ComfyBox, b: ComfyBox): boolean {
  return (
    a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP
  );
}

/** Grows, and never shrinks. */
function frameAround(group: ComfyGroup, cards: readonly PlacedCard[]): ComfyGroup {
  const inside = cards.filter(({ before }) => holds(group, before)).map(({ after }) => after);
  if (inside.length === 0) return group;
  const right = Math.max(group.x + group.width, ...inside.map(({ x, width }) => x + width + FRAME_MARGIN));
  const bottom = Math.max(group.y + group.height, ...inside.map(({ y, height }) => y + height + FRAME_MARGIN));
  return { ...group, width: right - group.x, height: bottom - group.y };
}

function holds({ x, y, width, height }: ComfyBox, card: ComfyBox): boolean {
  const [middleX, middleY] = [card.x + card.width / 2, card.y + card.height / 2];
  return middleX >= x && middleX <= x + width && middleY >= y && middleY <= y + height;
}
