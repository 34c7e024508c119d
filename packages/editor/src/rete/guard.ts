import type { NodeEditor } from 'rete';
import type { Schemes } from './schemes.js';

/**
 * Vetoes every change of Rete's graph that the reconciler did not start, so that the document stays the only truth.
 * Must be installed before any plugin.
 */
export class Guard {
  /** Changes that were refused since the start. */
  vetoedCount = 0;
  readonly #allowed = new Set<string>();

  constructor(editor: NodeEditor<Schemes>) {
    editor.addPipe((context) => {
      switch (context.type) {
        case 'nodecreate':
        case 'noderemove':
        case 'connectioncreate':
        case 'connectionremove':
          return this.#allowed.has(context.data.id) ? context : this.#veto();
        case 'clear':
          return this.#veto();
        default:
          return context;
      }
    });
  }

  /** Lets one change of the thing with this id through while `act` runs. */
  async allow(id: string, act: () => Promise<unknown>): Promise<void> {
    this.#allowed.add(id);
    try {
      await act();
    } finally {
      this.#allowed.delete(id);
    }
  }

  #veto(): undefined {
    this.vetoedCount++;
    return undefined;
  }
}
