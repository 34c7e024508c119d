import type { ReactElement } from 'react';
import { NodeEditor } from 'rete';
import { AreaExtensions } from 'rete-area-plugin';
import { ConnectionPlugin } from 'rete-connection-plugin';
import { ReactPlugin } from 'rete-react-plugin';
import { boxOf } from '../catalog/card-boxes.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { boxAround } from '../document/commands/align.js';
import type { Point } from '../document/document.js';
import type { DocumentChange, DocumentStore } from '../document/document-store.js';
import { type EntityKey, frameKey, noteKey } from '../document/entity-key.js';
import type { UiStore } from '../view/ui-state.js';
import { CanvasLayer, type LayerSize } from './canvas-layer.js';
import { CanvasPainter } from './canvas-painter.js';
import { CanvasView } from './canvas-view.js';
import { CardDrag } from './card-drag.js';
import { CardGeometry } from './card-geometry.js';
import type { FarImage } from './far-view.js';
import { Guard } from './guard.js';
import { LooseWireLayer } from './loose-wire-layer.js';
import { PortalHost } from './portal-host.js';
import { Reconciler } from './reconciler.js';
import { type AreaExtra, createReteNode, type Schemes } from './schemes.js';
import { SocketRegistry } from './socket-registry.js';
import { zoomBand } from './viewport.js';
import { detailAt, Visibility } from './visibility.js';
import { WireGesture } from './wire-gesture.js';
import { WireIndex } from './wire-index.js';
import { watchWires } from './wire-signals.js';

export interface CanvasAdapterParts {
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly ui: UiStore;
  /** What ReactPlugin mounts for a node. */
  readonly renderCard: (node: string) => ReactElement;
  /** Marks for the far view. */
  readonly markOf: (node: string) => 'error' | 'running' | undefined;
  /** Images for the far view. */
  readonly imagesOf: (node: string) => readonly FarImage[];
}

/** Cards a little outside the screen are mounted already, so that a slow pan shows no empty places. */
const CULL_MARGIN_PX = 150;
/** While the canvas moves; a card takes a few milliseconds to mount. */
const MOUNTS_PER_FRAME = 2;
/** Hit distance of a wire. */
const WIRE_REACH_PX = 8;

/**
 * The canvas: Rete's signals, node views, socket picking and card mounting, driven by the document. Nothing outside this
 * folder knows Rete.
 */
export class CanvasAdapter extends CanvasView {
  readonly portals = new PortalHost();
  readonly visibility: Visibility;
  readonly geometry: CardGeometry;
  readonly wires: WireIndex;
  readonly sockets: SocketRegistry;
  readonly drag: CardDrag;
  readonly wireGesture: WireGesture;
  readonly reconciler: Reconciler;
  readonly guard: Guard;
  readonly #parts: CanvasAdapterParts;
  readonly #editor = new NodeEditor<Schemes>();
  readonly #layer: CanvasLayer;
  readonly #painter: CanvasPainter;
  readonly #looseWire: LooseWireLayer;
  readonly #cleanups: (() => void)[] = [];
  #frame = 0;

  constructor(container: HTMLElement, parts: CanvasAdapterParts) {
    super(container);
    const { store, catalog, ui } = parts;
    this.#parts = parts;
    // The guard comes before every plugin, so that it has the first word.
    this.guard = new Guard(this.#editor);
    this.geometry = new CardGeometry({
      document: () => store.document,
      catalog,
      position: (node) => this.area.nodeViews.get(node)?.position,
      opened: () => ui.getState().pending?.over,
    });
    this.wires = new WireIndex({
      socket: (node, side, name) => this.geometry.socket(node, side, name),
      reroutes: (link) => this.drag.reroutes(link) ?? store.document.layout.links?.[link]?.points ?? [],
    });
    this.drag = new CardDrag({
      area: this.area,
      store,
      catalog,
      ui,
      geometry: this.geometry,
      wires: this.wires,
      zoom: () => this.viewport.k,
      screen: () => this.visibleBox(),
      onMoved: () => this.onMoved(),
      onEnded: () => this.reconciler.schedule(),
    });
    this.reconciler = new Reconciler({
      editor: this.#editor,
      area: this.area,
      guard: this.guard,
      document: () => store.document,
      isDragged: (node) => this.drag.isMoving(node),
      onReconciled: () => this.refresh(),
    });
    this.visibility = new Visibility({
      show: (node) => {
        const element = this.area.nodeViews.get(node)?.element;
        if (element !== undefined) this.area.area.content.holder.append(element);
      },
      hide: (node) => this.area.nodeViews.get(node)?.element.remove(),
      changed: (visible) => this.portals.show(visible),
    });
    const connection = new ConnectionPlugin<Schemes, AreaExtra>();
    this.wireGesture = new WireGesture({ adapter: this, store, catalog, ui, connection });
    this.#painter = new CanvasPainter({ adapter: this, ...parts });
    this.#looseWire = new LooseWireLayer(container);
    this.#layer = new CanvasLayer(
      container,
      (g, size) => {
        this.#painter.paint(g, size);
        this.#looseWire.show(this.wireGesture.loose(), this.viewport);
      },
      () => this.refresh(),
    );
    this.sockets = new SocketRegistry((signal) => this.area.emit(signal));
    this.#install(connection);
    this.#listen();
    this.reconciler.schedule();
  }

  get size(): LayerSize {
    return this.#layer.size;
  }

  /** Frames painted under the cards since the start. */
  get drawCount(): number {
    return this.#layer.drawCount;
  }

  /** Shows these things, or everything. */
  fit(keys?: Iterable<EntityKey>): void {
    const { store, catalog } = this.#parts;
    const { nodes, layout } = store.document;
    const all = () => [
      ...Object.keys(nodes),
      ...layout.frames.map(({ id }) => frameKey(id)),
      ...layout.notes.map(({ id }) => noteKey(id)),
    ];
    const boxes = [...(keys ?? all())].flatMap((key) => boxOf(store.document, catalog, key) ?? []);
    this.fitBox(boxAround(boxes) ?? { x: -400, y: -300, width: 800, height: 600 });
  }

  /** The wire under a pointer; from afar there are more wires than places between them. */
  wireAt(screen: Point) {
    if (this.visibility.detail === 'far') return undefined;
    return this.wires.at(this.toCanvas(screen), WIRE_REACH_PX / this.viewport.k);
  }

  /** The reroute point under a pointer. */
  rerouteAt(screen: Point) {
    if (this.visibility.detail === 'far') return undefined;
    return this.wires.rerouteAt(this.toCanvas(screen), (WIRE_REACH_PX + 4) / this.viewport.k);
  }

  /** Rete takes the pointer from moves over the canvas; at a first touch there was none. */
  takePointer(event: MouseEvent): void {
    this.area.area.setPointerFrom(event);
  }

  /** Where the pointer is, in canvas units. */
  get pointer(): Point {
    return this.area.area.pointer;
  }

  /** Starts dragging a card that has no element, as in the far view. */
  grab(node: string, event: PointerEvent): void {
    this.area.nodeViews.get(node)?.element.dispatchEvent(new PointerEvent('pointerdown', event));
  }

  readonly redraw = (): void => this.#layer.redraw();

  /**
   * Mounts the visible cards and redraws.
   *
   * @param budget the most cards to mount now; the others come in the next frames
   */
  refresh(budget = Number.POSITIVE_INFINITY): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const detail = detailAt(this.viewport.k);
    const boxes = this.geometry.boxes();
    const isBehind = this.visibility.update({ boxes, screen: this.visibleBox(CULL_MARGIN_PX), detail, budget });
    this.holder.style.display = detail === 'far' ? 'none' : '';
    this.container.dataset['detail'] = detail;
    this.container.dataset['zoom'] = zoomBand(this.viewport.k);
    this.redraw();
    if (isBehind) this.onMoved();
  }

  /** Resolves when the page shows the current document. */
  async settled(): Promise<void> {
    await this.reconciler.settled();
    this.refresh();
    await this.portals.settled();
  }

  /** Whether Rete's graph is the document's: for tests. */
  compare(): { readonly nodes: readonly string[]; readonly links: readonly string[] } {
    return {
      nodes: this.#editor.getNodes().map(({ id }) => id),
      links: this.#editor.getConnections().map(({ id }) => id),
    };
  }

  /** Tries to add a node past the document, which must fail: for tests. */
  intrude(): Promise<boolean> {
    return this.#editor.addNode(createReteNode('intruder'));
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    for (const view of this.area.nodeViews.values()) view.destroy();
    this.#layer.destroy();
    this.#looseWire.destroy();
    this.area.destroy();
    this.holder.remove();
  }

  #install(connection: ConnectionPlugin<Schemes, AreaExtra>): void {
    const { renderCard, catalog, store } = this.#parts;
    const react = new ReactPlugin<Schemes, AreaExtra>({ createRoot: this.portals.createRoot });
    react.addPreset<AreaExtra>({
      render: (context) => {
        if (context.data.type !== 'node') return null;
        this.portals.claim(context.data.element, context.data.payload.id);
        return renderCard(context.data.payload.id);
      },
    });
    this.#editor.use(this.area);
    // Gestures of the background are ours: Rete's have no limits, no tools, and no pinch over cards.
    this.area.area.setZoomHandler(null);
    this.area.area.setDragHandler(null);
    // Wires are removed before ReactPlugin sees them; sockets are unregistered before it puts elements into them.
    const wireGesture = this.wireGesture;
    watchWires(this.area, { wires: this.wires, gesture: wireGesture, catalog, document: () => store.document });
    this.area.use(connection);
    this.area.addPipe((context) => {
      return context.type === 'unmount' && this.sockets.isSocket(context.data.element) ? undefined : context;
    });
    this.area.use(react);
    AreaExtensions.zIndexNodesOrder(this.area);
    this.area.addPipe((context) => {
      switch (context.type) {
        case 'nodecreated':
          // It comes back if it is on the screen; a thousand hidden elements would cost every frame.
          this.area.nodeViews.get(context.data.id)?.element.remove();
          return context;
        case 'noderemoved':
          this.visibility.remove(context.data.id);
          return context;
        default:
          return context;
      }
    });
  }

  #listen(): void {
    const { store, ui } = this.#parts;
    this.#cleanups.push(
      this.drag.watch(),
      store.subscribe((change) => this.#onChange(change)),
      ui.subscribe((state, before) => {
        if (state.shownTheme !== before.shownTheme) this.#painter.readTheme();
        const [opened, closed] = [state.pending?.over, before.pending?.over];
        if (opened !== closed) {
          for (const node of [opened, closed]) if (node !== undefined) this.wires.touchNode(node);
          this.#raise(closed, false);
          this.#raise(opened, true);
        }
        if (
          state.shownTheme !== before.shownTheme ||
          state.selection !== before.selection ||
          state.hotLink !== before.hotLink ||
          state.pending !== before.pending
        ) {
          this.redraw();
        }
      }),
    );
  }

  /** An opened card is longer, and must not lie under the one below it. */
  #raise(node: string | undefined, isRaised: boolean): void {
    const element = this.area.nodeViews.get(node ?? '')?.element;
    if (element !== undefined) element.style.zIndex = isRaised ? '1' : '';
  }

  #onChange({ document, previous }: DocumentChange): void {
    for (const [id, looks] of Object.entries(document.layout.nodes)) {
      if (previous.layout.nodes[id] !== looks) this.wires.touchNode(id);
    }
    if (previous.layout.links !== document.layout.links) {
      for (const id of Object.keys({ ...previous.layout.links, ...document.layout.links })) this.wires.touchWire(id);
    }
    this.reconciler.schedule();
    this.redraw();
  }

  protected onMoved(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.refresh(MOUNTS_PER_FRAME));
    this.redraw();
  }
}
