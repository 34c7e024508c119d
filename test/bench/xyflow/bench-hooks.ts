import { cardBoxes, showsImages } from '@unclip-studio/editor/catalog';
import { boxAround, EMPTY_DOCUMENT } from '@unclip-studio/editor/document';
import { bigDocument, quiet, startFakePreviews } from '@unclip-studio/editor/testing';
import type { Edge, ReactFlowInstance } from '@xyflow/react';
import type { Bench } from '../editor/scenes.js';
import { previews } from './Card.js';
import { type CardNode, catalog, toEdges, toNodes } from './graph.js';

/** What the scenes ask of a page, as the editor's own page answers it. */
export function createBench(flow: ReactFlowInstance<CardNode, Edge>): Bench {
  let document = EMPTY_DOCUMENT;
  let stopPreviews = () => {};
  const position = (id: string) => {
    const node = flow.getNode(id);
    if (node === undefined) throw new Error(`There is no node ${id}.`);
    return { ...node.position };
  };
  /** Nearest to the middle of the window first. */
  const nearest = (fits: (node: CardNode) => boolean) => {
    const middle = flow.screenToFlowPosition({ x: innerWidth / 2, y: innerHeight / 2 });
    const distance = ({ position: { x, y } }: CardNode) => Math.hypot(x - middle.x, y - middle.y);
    return flow
      .getNodes()
      .filter(fits)
      .sort((a, b) => distance(a) - distance(b))
      .map(({ id }) => id);
  };
  const bounds = () => {
    const box = boxAround(cardBoxes(document, catalog).values()) ?? { x: 0, y: 0, width: 1, height: 1 };
    return { l: box.x, t: box.y, r: box.x + box.width, b: box.y + box.height };
  };
  const view = async (x: number, y: number, k: number) => {
    await flow.setViewport({ x, y, zoom: k });
    await quiet();
  };

  return {
    wheelStep: 40,
    async load(n) {
      document = bigDocument(n);
      const edges = toEdges(document);
      flow.setNodes(toNodes(document));
      flow.setEdges(edges);
      await view(40, 40, 1);
      return { nodes: Object.keys(document.nodes).length, links: edges.length };
    },
    view,
    fit() {
      const { l, t, r, b } = bounds();
      const k = Math.min(innerWidth / (r - l), innerHeight / (b - t), 1) * 0.95;
      return view((innerWidth - (l + r) * k) / 2, (innerHeight - (t + b) * k) / 2, k);
    },
    transform() {
      const { x, y, zoom } = flow.getViewport();
      return { x, y, k: zoom };
    },
    bounds,
    grip(id = nearest(({ data }) => data.node.type === 'UNetSample')[0] ?? '') {
      const { x, y } = position(id);
      return { id, ...flow.flowToScreenPosition({ x: x + 60, y: y + 14 }) };
    },
    pos: position,
    async live(isOn, n = 5) {
      stopPreviews();
      const nodes = nearest(({ data }) => showsImages(data.definition)).slice(0, n);
      stopPreviews = isOn ? await startFakePreviews(previews, nodes) : () => {};
    },
    liveStats: () => ({ frames: previews.stats.pushed, painted: previews.stats.painted }),
    isEmpty: (x, y) => window.document.elementFromPoint(x, y)?.classList.contains('react-flow__pane') === true,
  };
}
