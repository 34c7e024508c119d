import {
  CARD,
  type CardLayout,
  cardLayoutOf,
  categoryColour,
  definitionOf,
  portLooks,
} from '@unclip-studio/editor/catalog';
import { readDocument } from '@unclip-studio/editor/document';
import { type Catalog, catalogOf, parseLink, type Workflow } from '@unclip-studio/graph-core';
import sharp from 'sharp';

const WIDTH_PX = 240;
/** It is drawn larger and shrunk, so that edges are smooth. */
const OVERSIZE = 3;
/** Around the cards, in canvas units. */
const MARGIN = 60;
const GROUND = '#1b1d21';
const CARD_COLOUR = '#3a3e47';
const WIRE = 12;
const STEPS_OF_A_WIRE = 400;

interface Card {
  readonly id: string;
  readonly at: { readonly x: number; readonly y: number };
  readonly layout: CardLayout;
}

/** A drawing of a workflow's graph, for one that cannot run until a model is downloaded. */
export async function graphDrawing(workflow: Workflow, plain: Catalog): Promise<Uint8Array> {
  const document = readDocument(workflow);
  const catalog = catalogOf(document, plain);
  const cards = new Map<string, Card>();
  for (const id of Object.keys(document.nodes)) {
    const [layout, at] = [cardLayoutOf(document, catalog, id), document.layout.nodes[id]];
    if (layout !== undefined && at !== undefined) cards.set(id, { id, at, layout });
  }
  const canvas = canvasFor([...cards.values()]);
  for (const { id, at, layout } of cards.values()) {
    for (const [input, link] of Object.entries(document.nodes[id]?.inputs ?? {})) {
      const source = parseLink(link);
      const from = source && cards.get(source.node);
      const [start, end] = [from?.layout.socket('output', source?.output ?? ''), layout.socket('input', input)];
      if (from === undefined || start === undefined || end === undefined) continue;
      const type = definitionOf(catalog, document.nodes, id)?.inputs[input]?.type ?? '';
      canvas.wire(plus(from.at, start), plus(at, end), portLooks(type, catalog).colour);
    }
  }
  for (const { id, at, layout } of cards.values()) {
    const category = definitionOf(catalog, document.nodes, id)?.category ?? 'unknown';
    canvas.fill(at, { x: layout.width, y: layout.height }, CARD_COLOUR);
    canvas.fill(at, { x: layout.width, y: CARD.header }, categoryColour(category));
  }
  return canvas.finish();
}

type Point = Card['at'];

function plus(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

function canvasFor(cards: readonly Card[]) {
  const left = Math.min(...cards.map(({ at }) => at.x)) - MARGIN;
  const top = Math.min(...cards.map(({ at }) => at.y)) - MARGIN;
  const right = Math.max(...cards.map(({ at, layout }) => at.x + layout.width)) + MARGIN;
  const bottom = Math.max(...cards.map(({ at, layout }) => at.y + layout.height)) + MARGIN;
  const scale = (WIDTH_PX * OVERSIZE) / (right - left);
  const [width, height] = [WIDTH_PX * OVERSIZE, Math.round((bottom - top) * scale)];
  const pixels = new Uint8Array(3 * width * height);

  function fill(from: Point, size: Point, colour: string): void {
    const [x0, y0] = [Math.round((from.x - left) * scale), Math.round((from.y - top) * scale)];
    const [x1, y1] = [x0 + Math.max(1, Math.round(size.x * scale)), y0 + Math.max(1, Math.round(size.y * scale))];
    const rgb = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
    for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
      for (let x = Math.max(0, x0); x < Math.min(width, x1); x++) pixels.set(rgb, 3 * (y * width + x));
    }
  }

  fill({ x: left, y: top }, { x: right - left, y: bottom - top }, GROUND);
  return {
    fill,
    /** A curve that leaves and arrives level, as the editor draws it. */
    wire(from: Point, to: Point, colour: string): void {
      const bend = Math.max(60, (to.x - from.x) / 2);
      for (let step = 0; step <= STEPS_OF_A_WIRE; step++) {
        const t = step / STEPS_OF_A_WIRE;
        const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
        const x = (a + b) * from.x + (c + d) * to.x + bend * (b - c);
        const y = (a + b) * from.y + (c + d) * to.y;
        fill({ x: x - WIRE / 2, y: y - WIRE / 2 }, { x: WIRE, y: WIRE }, colour);
      }
    },
    finish: (): Promise<Uint8Array> =>
      sharp(pixels, { raw: { width, height, channels: 3 } })
        .resize(WIDTH_PX)
        .webp({ quality: 80, effort: 6 })
        .toBuffer(),
  };
}
