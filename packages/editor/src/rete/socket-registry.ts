import { ClassicPreset } from 'rete';
import type { PortRef } from '../catalog/can-connect.js';
import type { AreaExtra } from './schemes.js';

// Rete requires a payload; nothing reads it.
const PAYLOAD = new ClassicPreset.Socket('port');

/** Registers the elements that are sockets with Rete, so that wires can be pulled from them. */
export class SocketRegistry {
  readonly #emit: (signal: AreaExtra) => Promise<unknown>;
  readonly #sockets = new Map<Element, PortRef>();

  constructor(emit: (signal: AreaExtra) => Promise<unknown>) {
    this.#emit = emit;
  }

  /** @returns takes it off again */
  register(element: HTMLElement, port: PortRef): () => void {
    this.#sockets.set(element, port);
    const data = { element, nodeId: port.node, side: port.side, key: port.name, payload: PAYLOAD };
    // `filled` keeps ReactPlugin from drawing into it.
    void this.#emit({ type: 'render', data: { type: 'socket', ...data, filled: true } });
    return () => {
      void this.#emit({ type: 'unmount', data: { element } }).finally(() => this.#sockets.delete(element));
    };
  }

  isSocket(element: Element): boolean {
    return this.#sockets.has(element);
  }

  /** The port of the socket that an element is or is inside. */
  portOf(element: Element | null): PortRef | undefined {
    for (let at = element; at !== null; at = at.parentElement) {
      const port = this.#sockets.get(at);
      if (port !== undefined) return port;
    }
    return undefined;
  }
}
