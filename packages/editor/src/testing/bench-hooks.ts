import { cardBoxes } from '../catalog/card-boxes.js';
import { type PortSide, showsImages } from '../catalog/card-layout.js';
import { definitionOf } from '../catalog/definitions.js';
import { boxAround } from '../document/commands/align.js';
import type { Point } from '../document/document.js';
import { linksOf } from '../document/links.js';
import type { Viewport } from '../rete/viewport.js';
import type { EditorSession } from '../session/session.js';
import { bigDocument } from './big-graph.js';
import { startFakePreviews } from './fake-previews.js';

/** What a measurement of a node editor needs of its page; other editors were measured through the same members. */
export interface EditorBench {
  readonly name: string;
  /** Wheel pixels which mean about 5 % of zoom. */
  readonly wheelStep: number;
  /** Shows a graph of n nodes; resolves when the page is quiet. */
  load(n: number): Promise<{ readonly nodes: number; readonly links: number }>;
  view(x: number, y: number, k: number): Promise<void>;
  fit(): Promise<void>;
  transform(): Viewport;
  bounds(): { readonly l: number; readonly t: number; readonly r: number; readonly b: number };
  /** A place of the window by which a node can be dragged; without an id one near the middle. */
  grip(id?: string): Point & { readonly id: string };
  pos(id: string): Point;
  socket(id: string, side: PortSide, key: string): Point;
  links(): number;
  live(isOn: boolean, n?: number): Promise<void>;
  liveStats(): { readonly frames: number; readonly painted: number };
  /** Whether neither a card nor a wire is at a place of the window. */
  isEmpty(x: number, y: number): boolean;
}

declare global {
  interface Window {
    __editorBench?: EditorBench;
  }
}

export function installBenchHooks(session: EditorSession): void {
  const { store, catalog, previews } = session;
  let stopPreviews = () => {};
  const adapter = () => {
    if (session.canvas.current === undefined) throw new Error('The canvas is not on the page yet.');
    return session.canvas.current;
  };
  const position = (id: string): Point => {
    const box = adapter().geometry.box(id);
    if (box === undefined) throw new Error(`There is no node ${id}.`);
    return { x: box.x, y: box.y };
  };
  /** Nodes with an image area, nearest to the middle of the window first. */
  const nearest = (fits: (id: string) => boolean) => {
    const middle = adapter().toCanvas({ x: innerWidth / 2, y: innerHeight / 2 });
    const distance = (id: string) => Math.hypot(position(id).x - middle.x, position(id).y - middle.y);
    return Object.keys(store.document.nodes)
      .filter(fits)
      .sort((a, b) => distance(a) - distance(b));
  };
  const hasImages = (id: string) => {
    const definition = definitionOf(catalog, store.document.nodes, id);
    return definition !== undefined && showsImages(definition);
  };

  window.__editorBench = {
    name: 'unclip-studio',
    wheelStep: 36,
    async load(n) {
      store.open(bigDocument(n));
      await adapter().settled();
      adapter().setViewport({ x: 40, y: 40, k: 1 });
      await quiet();
      return { nodes: Object.keys(store.document.nodes).length, links: adapter().wires.size };
    },
    async view(x, y, k) {
      const { left, top } = adapter().container.getBoundingClientRect();
      adapter().setViewport({ x: x - left, y: y - top, k });
      await quiet();
    },
    async fit() {
      adapter().fit();
      await quiet();
    },
    transform() {
      const { left, top } = adapter().container.getBoundingClientRect();
      const { x, y, k } = adapter().viewport;
      return { x: x + left, y: y + top, k };
    },
    bounds() {
      const { x, y, width, height } = boxAround(cardBoxes(store.document, catalog).values()) ?? {
        x: 0,
        y: 0,
        width: 1,
        height: 1,
      };
      return { l: x, t: y, r: x + width, b: y + height };
    },
    grip(id = nearest((node) => store.document.nodes[node]?.type === 'UNetSample')[0] ?? '') {
      const { x, y } = position(id);
      return { id, ...adapter().toScreen({ x: x + 60, y: y + 14 }) };
    },
    pos: position,
    socket(id, side, key) {
      const place = adapter().geometry.socket(id, side, key);
      if (place === undefined) throw new Error(`There is no ${side} ${id}.${key}.`);
      return adapter().toScreen(place);
    },
    links: () => linksOf(store.document.nodes).length,
    async live(isOn, n = 5) {
      stopPreviews();
      stopPreviews = isOn ? await startFakePreviews(previews, nearest(hasImages).slice(0, n)) : () => {};
    },
    liveStats: () => ({ frames: previews.stats.pushed, painted: previews.stats.painted }),
    isEmpty(x, y) {
      const screen = { x, y };
      return (
        adapter().wireAt(screen) === undefined && adapter().geometry.cardAt(adapter().toCanvas(screen)) === undefined
      );
    },
  };
}

/** Resolves when the number of elements has not changed for three frames. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    let last = -1;
    let calm = 0;
    const look = () => {
      const count = document.getElementsByTagName('*').length;
      calm = count === last ? calm + 1 : 0;
      last = count;
      if (calm >= 3) resolve();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
