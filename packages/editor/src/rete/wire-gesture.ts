import type { ConnectionPlugin } from 'rete-connection-plugin';
import { type ConnectionJudge, judgeFrom, type PortRef } from '../catalog/can-connect.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { portLooks } from '../catalog/port-looks.js';
import type { LooseWire } from '../catalog/wire-geometry.js';
import { connect, disconnect } from '../document/commands/links.js';
import type { Point } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { linksInto } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { UiStore } from '../view/ui-state.js';
import type { CardGeometry } from './card-geometry.js';
import { DocumentFlow } from './document-flow.js';
import type { AreaExtra, Schemes } from './schemes.js';
import type { SocketRegistry } from './socket-registry.js';

/** What pulling a wire needs of the canvas. */
interface WiredCanvas {
  readonly container: HTMLElement;
  readonly geometry: CardGeometry;
  readonly sockets: SocketRegistry;
  /** In canvas units. */
  readonly pointer: Point;
  toCanvas(screen: Point): Point;
  redraw(): void;
}

export interface WireGestureParts {
  readonly adapter: WiredCanvas;
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly ui: UiStore;
  readonly connection: ConnectionPlugin<Schemes, AreaExtra>;
}

/** Pulling a wire: valid targets are shown meanwhile, and every rejection says why. */
export class WireGesture {
  readonly #parts: WireGestureParts;
  readonly #flow: DocumentFlow;
  #looseEnd: Point | undefined;
  #pointer: Point = { x: 0, y: 0 };
  #frame = 0;

  constructor(parts: WireGestureParts) {
    this.#parts = parts;
    this.#flow = new DocumentFlow({
      begin: (from, detached) => this.#begin(from, detached),
      linkInto: (port) => this.#linkInto(port),
      connect: (from, to, detached) => this.#connect(from, to, detached),
      dropped: (judge, detached) => this.#dropped(judge, detached),
      ended: () => this.#ended(),
    });
    parts.connection.addPreset(() => this.#flow);
  }

  get isActive(): boolean {
    return this.#parts.ui.getState().pending !== undefined;
  }

  /** Lets the wire go without any effect. */
  cancel(): void {
    this.#flow.cancel();
    // Rete keeps the flow until it is dropped; with nothing picked this has no other effect.
    this.#parts.connection.drop();
  }

  showLoose(end: Point | undefined): void {
    this.#looseEnd = end;
    this.#parts.adapter.redraw();
  }

  /** The wire as it hangs from the pointer, or at the socket where it would go. */
  loose(): LooseWire | undefined {
    const { pending } = this.#parts.ui.getState();
    if (pending === undefined) return undefined;
    const { geometry } = this.#parts.adapter;
    const { from, type } = pending.judge;
    const socket = ({ node, side, name }: PortRef) => geometry.socket(node, side, name);
    const fixed = socket(from);
    const end = (pending.target && socket(pending.target)) ?? this.#looseEnd;
    if (fixed === undefined || end === undefined) return undefined;
    const [start, finish] = from.side === 'output' ? [fixed, end] : [end, fixed];
    return { from: start, to: finish, colour: portLooks(type, this.#parts.catalog).colour };
  }

  /** Checks, at most once a frame, the element under the pointer. */
  onPointerMove({ clientX, clientY }: PointerEvent): void {
    this.#pointer = { x: clientX, y: clientY };
    if (!this.isActive || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#look();
    });
  }

  #look(): void {
    const { ui, adapter } = this.#parts;
    const { pending } = ui.getState();
    if (pending === undefined) return;
    const { judge } = pending;
    const element = document.elementFromPoint(this.#pointer.x, this.#pointer.y);
    const socket = adapter.sockets.portOf(element);
    const card = element?.closest<HTMLElement>('[data-node-id]')?.dataset['nodeId'];
    const isOwn = (socket?.node ?? card) === judge.from.node;
    const target = isOwn ? undefined : (socket ?? (card === undefined ? undefined : judge.bestPort(card)));
    const verdict = target && judge.judge(target);
    const reason = isOwn ? undefined : verdict && !verdict.ok ? verdict.reason : this.#noFit(judge, card, target);
    const fits = verdict?.ok === true ? target : undefined;
    const hint = reason === undefined ? undefined : { screen: this.#pointer, text: reason };
    const over = judge.from.side === 'output' && !isOwn ? (socket?.node ?? card) : undefined;
    ui.setState({ pending: { ...pending, target: fits, over }, hint });
  }

  #noFit(judge: ConnectionJudge, card: string | undefined, target: PortRef | undefined): string | undefined {
    if (card === undefined || target !== undefined) return undefined;
    return judge.from.side === 'output' ? texts.refusal.noFit(judge.type) : texts.refusal.noFitOutput(judge.type);
  }

  #begin(from: PortRef, detached: string | undefined): ConnectionJudge | undefined {
    const { store, catalog, ui, adapter } = this.#parts;
    if (store.isReadOnly) return undefined;
    const judge = judgeFrom(store.document, catalog, from);
    if (judge === undefined) return undefined;
    this.#looseEnd = adapter.pointer;
    ui.setState({ pending: { judge, detached, target: undefined }, hint: undefined });
    return judge;
  }

  #linkInto(port: PortRef) {
    const link = linksInto(this.#parts.store.document.nodes, port.node).find(({ input }) => input === port.name);
    return link && { id: link.id, source: { node: link.source, side: 'output' as const, name: link.output } };
  }

  #connect(from: PortRef, to: PortRef, detached: string | undefined): void {
    const { store, ui } = this.#parts;
    const [giver, taker] = from.side === 'output' ? [from, to] : [to, from];
    connect(store, { node: giver.node, output: giver.name }, { node: taker.node, input: taker.name }, detached);
    ui.setState({ message: texts.messages.connected(this.#label(giver), this.#label(taker)) });
  }

  #dropped(judge: ConnectionJudge, detached: string | undefined): void {
    const { adapter, store, ui } = this.#parts;
    const element = document.elementFromPoint(this.#pointer.x, this.#pointer.y);
    // The pointer was released over a panel: nothing happens.
    if (element === null || !adapter.container.contains(element)) return;
    const card = element.closest<HTMLElement>('[data-node-id]')?.dataset['nodeId'];
    const best = card === undefined || card === judge.from.node ? undefined : judge.bestPort(card);
    if (best !== undefined) {
      this.#connect(judge.from, best, detached);
    } else if (card !== undefined) {
      return;
    } else if (detached !== undefined) {
      disconnect(store, [detached]);
    } else {
      const { from, type } = judge;
      const request = { screen: this.#pointer, at: adapter.toCanvas(this.#pointer) };
      ui.setState({
        search: { ...request, fit: { kind: 'end', side: from.side, type }, wire: { kind: 'port', port: from } },
      });
    }
  }

  #ended(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#looseEnd = undefined;
    this.#parts.ui.setState({ pending: undefined, hint: undefined });
  }

  #label({ node, name }: PortRef): string {
    const { store, catalog } = this.#parts;
    const { nodes } = store.document;
    return `${nodes[node]?.title ?? definitionOf(catalog, nodes, node)?.title ?? node} · ${name}`;
  }
}
