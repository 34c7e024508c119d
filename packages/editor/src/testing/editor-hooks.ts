import type { WorkflowNode } from '@unclip-studio/graph-core';
import { formatWorkflow } from '@unclip-studio/graph-core';
import type { PortSide } from '../catalog/card-layout.js';
import type { Point } from '../document/document.js';
import { linksOf } from '../document/links.js';
import type { EditorSession } from '../session/session.js';

/** What a test may look at. It only reads and waits: gestures go through real input. */
export interface EditorHooks {
  /** Resolves when the page shows the current document. */
  settled(): Promise<void>;
  /** The document as it would be saved. */
  text(): string;
  nodes(): Readonly<Record<string, WorkflowNode>>;
  links(): readonly string[];
  selection(): readonly string[];
  undoLabels(): readonly string[];
  redoLabels(): readonly string[];
  message(): string;
  fit(): Promise<void>;
  viewport(): { readonly x: number; readonly y: number; readonly k: number };
  /** The middle of a socket in the window. */
  socketPoint(node: string, side: PortSide, name: string): Point;
  /** A place in a card's head, by which it can be dragged. */
  nodePoint(node: string): Point;
  toScreen(place: Point): Point;
  /** Whether document, Rete and page agree. */
  same(): Readonly<Record<'nodes' | 'links' | 'places' | 'wires' | 'cards', boolean>>;
  stats(): { readonly passes: number; readonly operations: number; readonly vetoed: number; readonly draws: number };
  /** Tries to change Rete's graph past the document. @returns whether that worked */
  intrude(): Promise<boolean>;
  readonly session: EditorSession;
}

declare global {
  interface Window {
    __editor?: EditorHooks;
  }
}

export function installEditorHooks(session: EditorSession): void {
  const { store, ui, canvas } = session;
  const adapter = () => {
    if (canvas.current === undefined) throw new Error('The canvas is not on the page yet.');
    return canvas.current;
  };
  window.__editor = {
    session,
    settled: () => adapter().settled(),
    text: () => formatWorkflow(store.whole),
    nodes: () => store.document.nodes,
    links: () => linksOf(store.document.nodes).map(({ source, output, id }) => `${source}.${output} -> ${id}`),
    selection: () => [...ui.getState().selection],
    undoLabels: () => store.undoLabels,
    redoLabels: () => store.redoLabels,
    message: () => ui.getState().message,
    async fit() {
      adapter().fit();
      await adapter().settled();
    },
    viewport: () => adapter().viewport,
    socketPoint(node, side, name) {
      const place = adapter().geometry.socket(node, side, name);
      if (place === undefined) throw new Error(`There is no ${side} ${node}.${name}.`);
      return adapter().toScreen(place);
    },
    nodePoint(node) {
      const box = adapter().geometry.box(node);
      if (box === undefined) throw new Error(`There is no node ${node}.`);
      return adapter().toScreen({ x: box.x + box.width / 2, y: box.y + 12 });
    },
    toScreen: (place) => adapter().toScreen(place),
    same() {
      const { nodes, layout } = store.document;
      const links = linksOf(nodes);
      const shown = adapter().compare();
      const { visible } = adapter().visibility;
      const mounted = [...document.querySelectorAll<HTMLElement>('[data-node-id]')].map(
        ({ dataset }) => dataset['nodeId'],
      );
      return {
        nodes: sameSet(shown.nodes, Object.keys(nodes)),
        links: sameSet(
          shown.links,
          links.map(({ id }) => id),
        ),
        places: Object.keys(nodes).every((id) => {
          const box = adapter().geometry.box(id);
          const place = layout.nodes[id];
          return box !== undefined && place !== undefined && box.x === place.x && box.y === place.y;
        }),
        wires: adapter().wires.size === links.length,
        cards: sameSet(mounted, [...visible]),
      };
    },
    stats() {
      const { passes, operations } = adapter().reconciler.stats;
      return { passes, operations, vetoed: adapter().guard.vetoedCount, draws: adapter().drawCount };
    },
    intrude: () => adapter().intrude(),
  };
}

function sameSet(a: readonly (string | undefined)[], b: readonly string[]): boolean {
  return a.length === b.length && new Set(a).size === b.length && b.every((item) => a.includes(item));
}
