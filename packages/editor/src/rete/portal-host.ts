import type { ReactNode, ReactPortal } from 'react';
import { createPortal } from 'react-dom';

interface Entry {
  readonly node: string;
  readonly portal: ReactPortal;
}

/** So many cards stay mounted, on the screen or off it. */
const MAX_MOUNTED = 120;

/**
 * The factory that ReactPlugin uses as `createRoot`. What Rete wants to mount becomes a portal in the one React tree of
 * the page, and only while its card is on the screen: a thousand roots would cost a thousand sets of listeners.
 */
export class PortalHost {
  readonly #owners = new WeakMap<Element, string>();
  readonly #entries = new Map<Element, Entry>();
  readonly #listeners = new Set<() => void>();
  readonly #mounted = new Set<string>();
  #portals: readonly ReactPortal[] = [];
  #isQueued = false;
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Says whose card goes into the element, before ReactPlugin asks for its root. */
  claim(element: Element, node: string): void {
    this.#owners.set(element, node);
  }

  readonly createRoot = (container: Element | DocumentFragment) => {
    const element = container as Element;
    // ReactPlugin passes a wrapper that it created inside Rete's element.
    const node = element.parentElement === null ? undefined : this.#owners.get(element.parentElement);
    const key = `card-${++this.#count}`;
    return {
      render: (children: ReactNode) => {
        if (node === undefined) return;
        this.#entries.set(element, { node, portal: createPortal(children, element, key) });
        this.#queue();
      },
      unmount: () => {
        if (this.#entries.delete(element)) this.#queue();
      },
    };
  };

  /** Mounts the cards of these nodes. Recently shown ones stay mounted: users often return to them. */
  show(nodes: ReadonlySet<string>): void {
    for (const node of nodes) {
      // A set keeps the order of insertion, so the longest unused come first.
      this.#mounted.delete(node);
      this.#mounted.add(node);
    }
    const surplus = this.#mounted.size - Math.max(nodes.size, MAX_MOUNTED);
    for (const node of [...this.#mounted].slice(0, Math.max(0, surplus))) this.#mounted.delete(node);
    this.#queue();
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly getPortals = (): readonly ReactPortal[] => this.#portals;

  /** Called by the component that draws the portals, after React has put them into the page. */
  readonly onCommitted = (): void => {
    if (this.#isQueued) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  /** Resolves when everything requested is in the page. */
  async settled(): Promise<void> {
    if (!this.#isQueued) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  // ReactPlugin calls `render` inside flushSync, where no state may be set; and a hundred cards are one commit.
  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    queueMicrotask(() =>
      queueMicrotask(() => {
        this.#isQueued = false;
        this.#portals = [...this.#entries.values()]
          .filter(({ node }) => this.#mounted.has(node))
          .map(({ portal }) => portal);
        for (const listener of [...this.#listeners]) listener();
      }),
    );
  }
}
