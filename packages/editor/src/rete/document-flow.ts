import { Flow, type SocketData } from 'rete-connection-plugin';
import type { ConnectionJudge, PortRef } from '../catalog/can-connect.js';
import type { Schemes } from './schemes.js';

/** What the flow asks of the editor around it. */
export interface FlowParts {
  /** Starts judging; `undefined` if no wire may be pulled from there. */
  readonly begin: (from: PortRef, detached: string | undefined) => ConnectionJudge | undefined;
  /** The link into an input with its source, if there is one. */
  readonly linkInto: (port: PortRef) => { readonly id: string; readonly source: PortRef } | undefined;
  readonly connect: (from: PortRef, to: PortRef, detached: string | undefined) => void;
  /** The wire was released where there is no socket. */
  readonly dropped: (judge: ConnectionJudge, detached: string | undefined) => void;
  readonly ended: () => void;
}

/**
 * How wires are pulled: every gesture is at most one edit of the document, and Rete's own graph is never touched. A link
 * that is picked up at its reader's end stays until it is let go. A click on a socket picks the wire up, and a second
 * click puts it down, for those who cannot hold a button while they move.
 */
export class DocumentFlow extends Flow<Schemes, unknown[]> {
  readonly #parts: FlowParts;
  #judge: ConnectionJudge | undefined;
  #socket: SocketData | undefined;
  #detached: { readonly id: string; readonly reader: PortRef } | undefined;

  constructor(parts: FlowParts) {
    super();
    this.#parts = parts;
  }

  async pick({ socket, event }: { readonly socket: SocketData; readonly event: 'up' | 'down' }): Promise<void> {
    const port: PortRef = { node: socket.nodeId, side: socket.side, name: socket.key };
    if (this.#judge === undefined) {
      if (event === 'down') this.#start(socket, port);
      return;
    }
    if (isSame(port, this.#judge.from)) return;
    if (this.#detached !== undefined && isSame(port, this.#detached.reader)) {
      if (event === 'up') this.cancel();
      return;
    }
    const { from } = this.#judge;
    const detached = this.#detached?.id;
    const isFine = this.#judge.judge(port).ok;
    this.cancel();
    if (isFine) this.#parts.connect(from, port, detached);
  }

  getPickedSocket(): SocketData | undefined {
    return this.#socket;
  }

  drop(): void {
    const judge = this.#judge;
    const detached = this.#detached?.id;
    this.cancel();
    if (judge !== undefined) this.#parts.dropped(judge, detached);
  }

  /** Ends the gesture without any effect. */
  cancel(): void {
    const wasActive = this.#judge !== undefined;
    this.#judge = undefined;
    this.#socket = undefined;
    this.#detached = undefined;
    if (wasActive) this.#parts.ended();
  }

  #start(socket: SocketData, port: PortRef): void {
    const link = port.side === 'input' ? this.#parts.linkInto(port) : undefined;
    const from = link?.source ?? port;
    const judge = this.#parts.begin(from, link?.id);
    if (judge === undefined) return;
    this.#judge = judge;
    this.#socket = { ...socket, nodeId: from.node, side: from.side, key: from.name };
    this.#detached = link && { id: link.id, reader: port };
  }
}

function isSame(a: PortRef, b: PortRef): boolean {
  return a.node === b.node && a.side === b.side && a.name === b.name;
}
